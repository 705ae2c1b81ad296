"""Convert a box with a .run driver, a .run CUDA or foreign holds to one that accepts packages."""

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
"""What was moved aside lies here, in a folder named by the time, under its old path."""
SCRIPT = f"look() {{\n{FIND}}}\n" + Path(__file__).with_name("adopt.sh").read_text(
    encoding="utf-8"
)


class Adopted(LinesFact):
    """Folders of what was moved aside, one per run that moved something."""

    @override
    def command(self) -> str:
        return f"ls -d {ADOPTED}/* 2>/dev/null || true"


def adoption(kinds: Iterable[str]) -> str:
    """Return a line of shell that converts foreign installations of these kinds, in this order."""
    return shlex.join(("sh", "-c", SCRIPT, "adopt", *kinds))


@operation()
def adopt(kinds: tuple[str, ...], in_use: str = "") -> Generator[StringCommand, None, None]:
    """Convert foreign installations of these kinds; ``install_driver`` unifies the kind ``mixed``.

    NVIDIA's own program uninstalls a .run driver. What it leaves behind is moved below ADOPTED,
    and so is a .run CUDA; holds are released. ``in_use`` says who holds the GPU; if it is not
    empty, the step fails and changes nothing. A module that is loaded may stay loaded until the
    next boot.
    """
    present = {found.kind for found in host.get_fact(ForeignInstallations)}
    todo = [kind for kind in kinds if kind in present]
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
