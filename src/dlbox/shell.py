"""Shell programs that the library ships beside its modules."""

from __future__ import annotations

from pathlib import Path


def shell_text(module: str, *names: str) -> str:
    """Return the text of files in ``shell/`` beside a module, one after the other.

    ``module``: its ``__file__``.
    """
    folder = Path(module).with_name("shell")
    return "".join((folder / name).read_text(encoding="utf-8") for name in names)
