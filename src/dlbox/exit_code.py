"""Exit codes that all verbs share."""

from __future__ import annotations

from enum import IntEnum

from typing_extensions import Self


class ExitCode(IntEnum):
    """Exit status of a verb; the worst outcome among the boxes of the run decides."""

    meaning: str

    def __new__(cls, value: int, meaning: str) -> Self:
        """Return an exit code with its meaning, from which help and documentation are written."""
        code = int.__new__(cls, value)
        code._value_ = value
        code.meaning = meaning
        return code

    OK = 0, "as wanted"
    FAILED = 1, "something failed: a box, a step, or dlbox itself"
    BAD_INPUT = 2, "bad input: no box was contacted"
    REFUSED = 3, "refused before any change"
    REBOOT_PENDING = 5, "done; a reboot is pending"
    DIFFERENT = (
        6,
        "something differs: a box from its record, or a lock or the catalogue is out of date",
    )
    INTERRUPTED = 130, "interrupted; run the same command again to go on"
    CLOSED_PIPE = 141, "the output was closed early"
