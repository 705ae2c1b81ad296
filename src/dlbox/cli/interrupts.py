"""Know of Ctrl-C while pyinfra runs, which ends with exit status 0 then."""

from __future__ import annotations

import signal
from types import FrameType, ModuleType
from typing import Any

from typing_extensions import Self


class Interrupts:
    """Stands in for the module ``signal`` in a module that sets its own handler of Ctrl-C."""

    SIGINT = signal.SIGINT

    def __init__(self, module: ModuleType) -> None:
        """``module``: the one that sets the handler."""
        self.happened = False
        self._module = module

    def signal(self, number: int, handler: Any) -> Any:
        """Set a handler, and note when it is called."""

        def noting(number: int, frame: FrameType | None) -> Any:
            self.happened = True
            return handler(number, frame)

        return signal.signal(number, noting)

    def __enter__(self) -> Self:
        """Take the module's place, and remember how Ctrl-C is handled outside."""
        self._before = signal.getsignal(signal.SIGINT)
        self._module.__dict__["signal"] = self
        return self

    def __exit__(self, *_: object) -> None:
        """Give both back."""
        self._module.__dict__["signal"] = signal
        signal.signal(signal.SIGINT, self._before)
