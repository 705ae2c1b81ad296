"""What a box was asked for when it was asked to reboot, as it is written down on the box."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

INTENT = "/var/lib/dlbox/reboot"


@dataclass(frozen=True)
class Intent:
    """A reboot that was asked for and not proved yet."""

    boot: str
    """Boot id at that time."""
    kernel: str
    """The one that shall come up."""
    driver: str
    """Version of the driver whose module shall load; empty: of the one that is installed then."""
    asked: datetime
    """By the controller's clock."""

    def text(self) -> str:
        """Return the lines of the file."""
        when = self.asked.isoformat(timespec="seconds")
        return f"boot {self.boot}\nkernel {self.kernel}\ndriver {self.driver}\nasked {when}"


def intent(lines: Iterable[str]) -> Intent | None:
    """Read the file; None: there is none, or it is not whole."""
    word = {key: value for key, _, value in (line.partition(" ") for line in lines)}
    try:
        when = datetime.fromisoformat(word["asked"])
        return Intent(word["boot"], word["kernel"], word["driver"], when)
    except (KeyError, ValueError):
        return None
