"""Convert a box with a .run driver, a .run CUDA or foreign holds to one that packages can be put on."""

from __future__ import annotations

import shlex
from collections.abc import Generator, Iterable
from pathlib import Path

from pyinfra import host
from pyinfra.api import QuoteString, StringCommand, operation
from typing_extensions import override

from dlbox.fact_base import LinesFact
from dlbox.host.foreign import FIND, ForeignInstallations

ADOPTED = "/var/lib/dlbox/adopted"
"""What was moved out of the way, below the time when, under its old path."""
SCRIPT = f"look() {{\n{FIND}}}\n" + Path(__file__).with_name("adopt.sh").read_text(
    encoding="utf-8"
)


class Adopted(LinesFact):
    """Folders of what was moved out of the way, one per run that did."""

    @override
    def command(self) -> str:
        return f"ls -d {ADOPTED}/* 2>/dev/null || true"


def adoption(kinds: Iterable[str]) -> str:
    """Return a line of shell that converts what is foreign of these kinds, in this order."""
    return shlex.join(("sh", "-c", SCRIPT, "adopt", *kinds))


@operation()
def adopt(kinds: tuple[str, ...], in_use: str = "") -> Generator[StringCommand, None, None]:
    """Have nothing foreign of these kinds; ``mixed`` is for ``closure`` to make one of.

    A .run driver is uninstalled by NVIDIA's own program. What that leaves, and a CUDA, is moved
    below ADOPTED; holds are taken off. ``in_use``: who holds the GPU; then the step fails, and
    nothing is touched. A module that is loaded may stay so until the next boot.
    """
    there = {found.kind for found in host.get_fact(ForeignInstallations)}
    todo = [kind for kind in kinds if kind in there]
    if not todo:
        host.noop("everything is a package's or dlbox's")
        return
    if in_use:
        reason = f"the GPU is in use, so nothing was converted: {in_use}"
        yield StringCommand("echo", QuoteString(reason), ">&2; exit 1")
        return
    before: list[str] = host.get_fact(Adopted)
    yield StringCommand(adoption(todo))
    for folder in sorted({*host.get_fact(Adopted)} - {*before}):
        host.log(f"what stood in the way lies in {folder} now")
