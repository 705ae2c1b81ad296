"""Why a bundle is not made; each is one line for a person."""

from __future__ import annotations

from typing import ClassVar


class BundleError(Exception):
    """The work began and could not be finished."""

    code: ClassVar[int] = 1


class UserError(BundleError):
    """What was typed cannot be carried out."""

    code = 2


class NoSpace(BundleError):
    """Refused before the first byte: the disk is too small."""

    code = 3
