"""Exceptions for faults that the person who runs dlbox can correct, and their printed form."""

from __future__ import annotations

from collections.abc import Iterable

import click

SEPARATOR = " | "
REFUSED = "refused"
"""Head of a refused plan."""
REFUSED_BOX = f"{REFUSED}, nothing was changed"
"""Head of a box that a run refused."""


class BadInput(Exception):  # noqa: N818 - the fault is in the input, not in dlbox
    """A command line, a setting or an input file is invalid; no box was changed.

    The text has one line per fault: what is wrong, where and why, then `` | `` and the remedy.
    """


def format_error(where: str, text: str) -> list[str]:
    """Return the lines of an error: ``WHERE: WHAT``, and below it ``  -> REMEDY``.

    With an empty ``where``, the first line is only ``WHAT``, to follow what the caller prints
    before it. ``text`` has one line per fault, each with ``SEPARATOR`` before the remedy. The
    last separator of a line counts, because the fault may quote a program that uses the same
    sign.
    """
    head, lines = f"{where}: " if where else "", []
    for line in text.splitlines():
        what, separator, remedy = line.rpartition(SEPARATOR)
        lines += [f"{head}{what}", f"  -> {remedy}"] if separator else [f"{head}{line}"]
    return lines


def printable(lines: Iterable[str]) -> str:
    """Return lines as one text for a terminal: what a box has said may try to control it."""
    text = "\n".join(lines)
    return "".join(each if each.isprintable() or each in "\n\t" else "?" for each in text)


def usage_text(error: click.ClickException) -> str:
    """Return what click finds wrong with a command line, in the form that ``format_error`` takes."""
    if isinstance(error, click.NoSuchOption):
        return f"{error.option_name}: no such option"
    if isinstance(error, click.MissingParameter) and error.param:
        return f"required: {_name(error.param)}"
    if isinstance(error, click.BadParameter) and error.param:
        return f"{_name(error.param)}: {_clause(error.message)}"
    if isinstance(error, click.BadOptionUsage):
        message = error.message.replace(f"Option {error.option_name!r} ", "")
        return f"{error.option_name}: {_clause(message)}"
    return _clause(error.format_message())


def _name(parameter: click.Parameter) -> str:
    option = isinstance(parameter, click.Option)
    return parameter.opts[-1] if option else parameter.human_readable_name.strip("[].")


def _clause(text: str) -> str:
    return text[:1].lower() + text[1:].rstrip(".")
