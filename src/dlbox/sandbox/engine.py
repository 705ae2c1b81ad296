"""Find a container engine that works on this machine, and call it."""

from __future__ import annotations

import os
import re
import resource
import subprocess
import tarfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from subprocess import CompletedProcess

MISSING = "not installed"


class BoxError(RuntimeError):
    """A box could not be made or used; the message is one line for a person."""


class NoEngine(BoxError):  # noqa: N818 - the name says it
    """No container engine on this machine can run a container."""


def execute(
    argv: Sequence[str],
    env: Mapping[str, str],
    *,
    stdin: str | None = None,
    timeout: float | None = 120,
) -> CompletedProcess[str]:
    """Run a command on this machine and return its result.

    A missing program gives exit status 127, a timeout 124.
    """
    full = {**os.environ, **env}
    try:
        return subprocess.run(
            argv, env=full, input=stdin or "", timeout=timeout,
            text=True, errors="replace", capture_output=True, check=False,
        )  # fmt: skip
    except FileNotFoundError:
        return CompletedProcess(argv, 127, "", MISSING)
    except subprocess.TimeoutExpired:
        return CompletedProcess(argv, 124, "", f"no end after {timeout:g} s")


@dataclass(frozen=True)
class Engine:
    """A way to run containers on this machine."""

    name: str
    """`podman` or `docker`: the command, pyinfra's connector and testinfra's backend."""
    env: Mapping[str, str] = field(default_factory=dict)
    systemd_flags: tuple[str, ...] = ("--systemd=always",)
    disposable_flags: tuple[str, ...] = ("--rm",)
    """For a box that is never stopped and started again: podman mounts it so that nothing waits for
    the disk, which halves the time that dpkg takes."""

    def environment(self) -> dict[str, str]:
        """Return the variables that os.environ needs so that plain `podman exec` works for others."""
        return dict(self.env)

    def call(
        self, *args: str, stdin: str | None = None, check: bool = True, timeout: float = 120
    ) -> CompletedProcess[str]:
        """Run one command of the engine and return its result. Raises BoxError."""
        done = execute([self.name, *args], self.env, stdin=stdin, timeout=timeout)
        if check and done.returncode:
            msg = f"{self.name} {args[0]}: {error_line(done)}"
            raise BoxError(msg)
        return done


def error_line(done: CompletedProcess[str]) -> str:
    """Return the line that says why a command failed, skipping mere warnings."""
    lines = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()]
    errors = [
        line for line in lines if re.match(r"(e|error|cannot\b.*|docker):", line, re.IGNORECASE)
    ]
    # The first error is the cause; the later ones are programs that gave up because of it.
    return (errors[:1] or lines[-1:] or [f"exit status {done.returncode}"])[0]


__all__ = ["BoxError", "Engine", "NoEngine", "engine"]

PROBE = "localhost/dlbox-probe:latest"
# Without --privileged, which would give the host's own devices to a box that installs drivers.
DOCKER_SYSTEMD = (
    *("--cgroupns=host", "--volume=/sys/fs/cgroup:/sys/fs/cgroup:rw", "--cap-add=SYS_ADMIN"),
    *("--security-opt=seccomp=unconfined", "--security-opt=apparmor=unconfined"),
    *("--tmpfs=/run", "--tmpfs=/run/lock"),
)
Runner = Callable[[Sequence[str], Mapping[str, str]], "CompletedProcess[str]"]


def candidates(state: Path, hard_nofile: int) -> Iterable[Engine]:
    """Yield the ways to run containers, the one that needs the least configuration first."""
    yield Engine("podman")
    nofile = min(hard_nofile, 16384)
    for nproc in (16384, 4096):
        conf = state / f"containers-{nproc}.conf"
        # In a file instead of flags, because pyinfra and testinfra call plain podman.
        text = (
            f'[containers]\ndefault_ulimits = ["nofile={nofile}:{nofile}", '
            f'"nproc={nproc}:{nproc}"]\n[engine]\nruntime = "runc"\n'
            '[network]\nnetwork_backend = "netavark"\n'
        )
        # Another podman may be reading it at the same time.
        if not conf.exists() or conf.read_text() != text:
            conf.write_text(text)
        yield Engine("podman", {"CONTAINERS_CONF": str(conf)})
    yield Engine("docker", systemd_flags=DOCKER_SYSTEMD, disposable_flags=())


def choose(engines: Iterable[Engine], root: Path, run: Runner = execute) -> Engine:
    """Return the first engine that runs a container. Raises NoEngine with the first real error."""
    faults: list[str] = []
    for engine in engines:
        fault = _fault(engine, root, run)
        if fault is None:
            return engine
        faults.append(f"{engine.name}: {fault}")
    real = [fault for fault in faults if not fault.endswith(MISSING)] or faults
    msg = f"no container engine works on this machine: {real[0]}"
    raise NoEngine(msg)


def _fault(engine: Engine, root: Path, run: Runner) -> str | None:
    if run([engine.name, "image", "inspect", PROBE], engine.env).returncode:
        done = run([engine.name, "import", str(root), PROBE], engine.env)
        if done.returncode:
            return error_line(done)
    done = run([engine.name, "run", "--rm", PROBE, "/bin/sh", "-c", "exit 0"], engine.env)
    return error_line(done) if done.returncode else None


def libraries(ldd: str) -> list[str]:
    """Return the files that a program loads, from the output of ldd."""
    return re.findall(r"(/\S+) \(0x", ldd)


@cache
def engine() -> Engine:
    """Return this machine's engine; it is tried once per process."""
    home = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state")
    state = home / "dlbox"
    state.mkdir(parents=True, exist_ok=True)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return choose(candidates(state, hard), _root(state))


def _root(state: Path) -> Path:
    """Return a root file system that contains only this machine's shell."""
    root = state / "probe.tar"
    if not root.exists():
        draft = state / f"probe.tar.{os.getpid()}"
        with tarfile.open(draft, "w", dereference=True) as tar:
            for file in ["/bin/sh", *libraries(execute(["ldd", "/bin/sh"], {}).stdout)]:
                tar.add(file)
        draft.replace(root)
    return root
