"""Ask a box about its boot."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from pathlib import Path

from pyinfra.api import FactBase
from pyinfra.api.exceptions import FactProcessError
from typing_extensions import override

from roles.nvidia_driver.reboot.boot_state import BootStatus, parse_boot_status


def script(name: str, *words: str) -> str:
    """Return the shell script of a file beside this one, with its arguments set."""
    text = (Path(__file__).parent / name).read_text(encoding="utf-8")
    return f"set -- {shlex.join(words)}\n{text}"


class BootState(FactBase[BootStatus | None]):
    """The box's boot; ``package`` is the one with libcuda.so.1, empty if the box has no driver."""

    @override
    def command(self, package: str) -> str:
        return script("boot-state.sh", package)

    @override
    def process(self, output: Iterable[str]) -> BootStatus:
        lines = list(output)
        try:
            return parse_boot_status(lines)
        except KeyError as error:
            msg = f"cannot make out the boot: {error} in {lines}"
            raise FactProcessError(msg) from error


def whole(lines: Iterable[str] | None) -> BootStatus | None:
    """Parse the output of boot-state.sh; None: it is incomplete, or the box was not asked."""
    try:
        return parse_boot_status(lines) if lines else None
    except KeyError:
        return None
