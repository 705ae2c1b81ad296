"""The exit codes of every verb."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What a verb's exit status says; the worst that became of a box."""

    OK = 0
    """As wanted."""
    FAILED = 1
    """A box failed."""
    BAD_INPUT = 2
    """Bad input: no box was contacted."""
    REFUSED = 3
    """Refused before any change."""
    REBOOT_PENDING = 5
    """Done; a reboot is pending."""
    DIFFERENT = 6
    """Something differs: a box from its record, a lock or the catalogue from today's."""
    INTERRUPTED = 130
    """Interrupted; run the same command again to go on."""
