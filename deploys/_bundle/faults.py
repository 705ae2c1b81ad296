"""Why a bundle is not made; each is one line for a person."""

from __future__ import annotations

from typing import ClassVar


class Fault(Exception):  # noqa: N818 - the world's state, not a malfunction
    """The work began and could not be finished."""

    code: ClassVar[int] = 1


class Mistaken(Fault):
    """What was typed cannot be carried out."""

    code = 2


class NoRoom(Fault):
    """Refused before the first byte: the disk is too small."""

    code = 3
