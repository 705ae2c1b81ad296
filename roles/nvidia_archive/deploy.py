"""Add NVIDIA's apt repository where the stack needs it, and remove it where it does not."""

from __future__ import annotations

from collections.abc import Generator
from io import StringIO
from typing import Any

from pyinfra import host
from pyinfra.api import FileUploadCommand, QuoteString, StringCommand, deploy, operation
from pyinfra.facts.files import FileContents
from pyinfra.operations import files

from dlbox.host import apt
from dlbox.host.files import ensure_files
from dlbox.plan.plan import Plan
from roles.nvidia_archive import manifest


@deploy("NVIDIA archive")
def nvidia_archive(plan: Plan) -> None:
    """Install NVIDIA's repository with its pins, or remove both."""
    mine = manifest.manifest(plan.settings, plan.stack)
    if not mine.files:
        for path in (manifest.SOURCE, manifest.PINS):
            files.file(name=f"Remove {path}", path=path, present=False)
        return
    if plan.lock is None:
        source(name="Add NVIDIA's repository", text=mine.files[manifest.SOURCE].text)
    # With a lock nothing is downloaded from it now, and it may not even be reachable.
    ensure_files(name="Configure NVIDIA's repository and its pins", wanted=mine)


@operation()
def source(text: str) -> Generator[Any, None, None]:
    """Install the source once apt has read it and trusts it.

    A source that apt cannot read or does not trust would break every later `apt-get update` of
    the box if it were left in place.
    """
    found = host.get_fact(FileContents, path=manifest.SOURCE)
    if found is not None and "\n".join(found).strip() == text.strip():
        host.noop(f"{manifest.SOURCE} is as planned")
        return
    trial = "/var/lib/dlbox/apt-trial"
    yield StringCommand("umask 022; rm -rf", trial, f"&& mkdir -p {trial}/parts {trial}/lists")
    yield FileUploadCommand(StringIO(text), f"{trial}/parts/dlbox-nvidia.sources")
    alone = (
        f"-o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts={trial}/parts"
        f" -o Dir::State::Lists={trial}/lists"
    )
    yield StringCommand(f"chmod -R a+rX {trial}; apt-get -q update -eany", alone)
    yield StringCommand(_check_with_others(trial))
    placed = QuoteString(manifest.SOURCE)
    yield StringCommand(
        f"install -m 644 {trial}/parts/dlbox-nvidia.sources",
        QuoteString(f"{manifest.SOURCE}.new"),
    )
    yield StringCommand(
        "mv", QuoteString(f"{manifest.SOURCE}.new"), placed, f"&& rm -rf {trial}"
    )
    yield StringCommand(apt.REFRESH)


def _check_with_others(trial: str) -> str:
    """Return shell code that fails if apt cannot read the source together with the existing ones."""
    remedy = "another entry of this repository is in the way: take it out of /etc/apt first"
    return (
        f"mkdir {trial}/all && cp -a /etc/apt/sources.list.d/. {trial}/all/"
        f" && cp {trial}/parts/dlbox-nvidia.sources {trial}/all/"
        f" && apt-get indextargets -o Dir::Etc::SourceParts={trial}/all >/dev/null"
        f" || {{ echo '{remedy}' >&2; exit 1; }}"
    )
