"""Errors that stop the making of a bundle; each message is one line for a person."""

from __future__ import annotations

from typing import ClassVar


class BundleError(Exception):
    """The work began and could not be finished."""

    code: ClassVar[int] = 1


class UserError(BundleError):
    """The command as typed cannot be carried out."""

    code = 2


class NoSpace(BundleError):  # noqa: N818 - the disk's state, not a malfunction
    """The disk is too small; the bundle is refused before the first byte."""

    code = 3
