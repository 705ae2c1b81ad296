"""Ask a box which processes hold the GPU."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pyinfra.api import FactBase
from pyinfra.api.exceptions import FactProcessError
from typing_extensions import override

from roles.nvidia_driver.in_use.model import GpuUse, parse_use
from roles.nvidia_driver.in_use.services import script


class GpuHolders(FactBase[GpuUse]):
    """The parts of the driver that are in use, and their users."""

    @staticmethod
    @override
    def default() -> GpuUse:
        return GpuUse()

    @override
    def command(self, *args: Any, **kwargs: Any) -> str:
        return script("users", "list")

    @override
    def process(self, output: Iterable[str]) -> GpuUse:
        lines = list(output)
        try:
            return parse_use(lines)
        except ValueError as error:
            msg = f"cannot make out who holds the GPU: {error} in {lines}"
            raise FactProcessError(msg) from error
