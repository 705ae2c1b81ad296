"""Ask a box who holds the GPU."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pyinfra.api import FactBase
from pyinfra.api.exceptions import FactProcessError
from typing_extensions import override

from roles.nvidia_driver.busy.services import script
from roles.nvidia_driver.busy.use import Use, use


class Holders(FactBase[Use]):
    """What of the driver is in use, and by whom."""

    @staticmethod
    @override
    def default() -> Use:
        return Use()

    @override
    def command(self, *args: Any, **kwargs: Any) -> str:
        return script("look", "list")

    @override
    def process(self, output: Iterable[str]) -> Use:
        lines = list(output)
        try:
            return use(lines)
        except ValueError as error:
            msg = f"cannot make out who holds the GPU: {error} in {lines}"
            raise FactProcessError(msg) from error
