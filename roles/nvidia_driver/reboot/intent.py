"""The reboot that was requested from a box, as it is recorded on the box."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

INTENT = "/var/lib/dlbox/reboot"


@dataclass(frozen=True)
class Intent:
    """A reboot that was requested and not verified yet."""

    boot: str
    """The boot id at the time of the request."""
    kernel: str
    """The kernel that must run after the reboot."""
    driver: str
    """The version of the driver whose module must load; empty: of the driver that is installed
    then."""
    asked: datetime
    """The time of the request, by the controller's clock."""

    def text(self) -> str:
        """Return the lines of the file."""
        when = self.asked.isoformat(timespec="seconds")
        return f"boot {self.boot}\nkernel {self.kernel}\ndriver {self.driver}\nasked {when}"


def intent(lines: Iterable[str]) -> Intent | None:
    """Parse the file; None: it does not exist or is incomplete."""
    word = {key: value for key, _, value in (line.partition(" ") for line in lines)}
    try:
        when = datetime.fromisoformat(word["asked"])
        return Intent(word["boot"], word["kernel"], word["driver"], when)
    except (KeyError, ValueError):
        return None
