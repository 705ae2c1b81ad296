"""Errors that a person can mend."""

from __future__ import annotations


class BadInput(Exception):  # noqa: N818 - the person's mistake, not ours
    """What was typed or written cannot be carried out; no box was contacted.

    The text is a line per fault: what, where and why, then `` | `` and what to do.
    """
