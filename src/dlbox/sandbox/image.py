"""Make the images of boxes, from the Debian mirror in this machine's own apt configuration."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path

from dlbox.sandbox.engine import BoxError, Engine, engine, error_line, execute

RELEASES = {"debian-12": "bookworm", "debian-13": "trixie"}
MACHINE = (
    *("systemd", "systemd-sysv", "dbus", "openssh-server", "sudo", "ca-certificates"),
    *("iproute2", "procps", "pciutils", "kmod"),
)
LABEL = "dlbox.recipe"
TARGETS = "$(REPO_URI)|$(RELEASE)|$(COMPONENT)|$(ORIGIN)"


@dataclass(frozen=True)
class Recipe:
    """The ingredients of an image."""

    codename: str
    packages: tuple[str, ...]
    sources: tuple[str, ...]

    def digest(self) -> str:
        """Return a digest that changes when the image has to be rebuilt."""
        text = "\n".join((self.codename, *self.packages, "", *self.sources))
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def mmdebstrap(self, tar: Path) -> list[str]:
        """Return the command that makes the root file system."""
        include = [f"--include={','.join(self.packages)}"] if self.packages else []
        quiet = ["mmdebstrap", "--quiet", "--variant=minbase"]
        return [*quiet, *include, self.codename, str(tar), *self.sources]

    def containerfile(self) -> str:
        """Return a Containerfile, for machines where no mirror is known but a registry answers."""
        lines = [f"FROM debian:{self.codename}"]
        if self.packages:
            install = (
                "DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends"
            )
            lines.append(f"RUN apt-get update && {install} {' '.join(self.packages)}")
            lines.append('CMD ["/sbin/init"]')
        return "\n".join(lines) + "\n"


def mirrors(targets: str) -> dict[str, str]:
    """Return Debian's mirrors by what follows the codename: "", "-updates" and "-security".

    An empty origin is an index that was never downloaded; third parties have their own origin.
    """
    found: dict[str, str] = {}
    for line in targets.splitlines():
        uri, release, component, origin = (*line.split("|"), "", "", "")[:4]
        name, dash, suite = release.partition("-")
        ours = component == "main" and origin in ("Debian", "") and bool(name)
        if ours and dash + suite in ("", "-updates", "-security"):
            found.setdefault(dash + suite, uri.rstrip("/"))
    return found if "" in found else {}


def recipe(release: str, by_suite: dict[str, str], *, bare: bool) -> Recipe:
    """Return the recipe for the image of a release. Raises BoxError."""
    if release not in RELEASES:
        msg = f"no box image of {release}; there is {', '.join(RELEASES)}"
        raise BoxError(msg)
    codename = RELEASES[release]
    sources = tuple(
        f"deb {uri} {codename}{suite} main non-free-firmware" for suite, uri in by_suite.items()
    )
    return Recipe(codename, () if bare else MACHINE, sources)


def image(release: str, *, bare: bool = False) -> str:
    """Return the image of a release; build it first if its recipe is new.

    ``bare`` is an unprepared machine: no init, no sshd, no sudo, no CA certificates, no Python.
    """
    targets = execute(
        ["apt-get", "indextargets", "--format", TARGETS, "Created-By: Packages"], {}
    )
    wanted = recipe(release, mirrors(targets.stdout), bare=bare)
    name = f"localhost/dlbox-{'bare' if bare else 'box'}:{release}"
    label = f'{{{{index .Config.Labels "{LABEL}"}}}}'
    made = engine().call("image", "inspect", "--format", label, name, check=False)
    if made.returncode or made.stdout.strip() != wanted.digest():
        _make(engine(), wanted, name)
    return name


def _make(box_engine: Engine, wanted: Recipe, name: str) -> None:
    label = f"{LABEL}={wanted.digest()}"
    with tempfile.TemporaryDirectory(prefix="dlbox-image-") as folder:
        tar = Path(folder) / "root.tar"
        fault = "this machine's apt knows no Debian mirror"
        if wanted.sources:
            done = execute(wanted.mmdebstrap(tar), {"LC_ALL": "C.UTF-8"}, timeout=900)
            fault = f"mmdebstrap: {error_line(done)}" if done.returncode else ""
        if not fault:
            change = ["--change", f"LABEL {label}"]
            change += ["--change", 'CMD ["/sbin/init"]'] if wanted.packages else []
            box_engine.call("import", *change, str(tar), name, timeout=600)
            return
        build = ["build", "--label", label, "--tag", name, "--file", "-", folder]
        built = box_engine.call(*build, stdin=wanted.containerfile(), check=False, timeout=900)
    if built.returncode:
        msg = f"{name} cannot be made: {fault}; from a registry: {error_line(built)}"
        raise BoxError(msg)
