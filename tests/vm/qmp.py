"""Talk to a running QEMU."""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typing_extensions import Self

from dlbox.sandbox.engine import BoxError


class Qmp:
    """One conversation over QEMU's own socket."""

    def __init__(self, path: Path, timeout: float | None = 120) -> None:
        """Take note of where it listens."""
        self._path = path
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(timeout)

    def __enter__(self) -> Self:
        """Connect and agree on the protocol."""
        try:
            self._socket.connect(str(self._path))
        except OSError:
            self._socket.close()
            raise
        self._lines = self._socket.makefile("r", encoding="utf-8")
        self._lines.readline()
        self("qmp_capabilities")
        return self

    def __exit__(self, *fault: object) -> None:
        """Hang up."""
        self._lines.close()
        self._socket.close()

    def __call__(self, command: str, **arguments: Any) -> Any:
        """Run a command and return its answer; events in between are passed over."""
        asked = {"execute": command, "arguments": arguments}
        self._socket.sendall(json.dumps(asked).encode())
        for line in self._lines:
            answer = json.loads(line)
            if "error" in answer:
                msg = f"qemu {command}: {answer['error']['desc']}"
                raise BoxError(msg)
            if "return" in answer:
                return answer["return"]
        msg = f"qemu {command}: it ended without an answer"
        raise BoxError(msg)

    def events(self) -> Iterator[dict[str, Any]]:
        """Yield what QEMU tells unasked, until it ends."""
        yield from map(json.loads, self._lines)


def was_reset(path: Path) -> bool:
    """Listen to QEMU until it ends, and return whether the guest had asked for a reset."""
    reason = ""
    # One that is killed ends the conversation in the middle.
    with contextlib.suppress(OSError, json.JSONDecodeError), Qmp(path, timeout=None) as qmp:
        for event in qmp.events():
            if event.get("event") == "SHUTDOWN":
                reason = event["data"]["reason"]
    return reason == "guest-reset"
