"""Access to the shell programs that the library ships beside its modules."""

from __future__ import annotations

from pathlib import Path

LIBRARY = Path(__file__).with_name("lib.sh").read_text(encoding="utf-8")
"""Shell functions that several of the programs use; it comes before them."""


def shell_text(module: str, *names: str) -> str:
    """Return the concatenated text of the files ``names`` in ``shell/`` beside a module.

    ``module``: the ``__file__`` of the module.
    """
    folder = Path(module).with_name("shell")
    return "".join((folder / name).read_text(encoding="utf-8") for name in names)
