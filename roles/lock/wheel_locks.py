"""Which of dlbox's own locks the wheels of a box are from."""

from __future__ import annotations

from roles.jupyter.settings import Jupyter
from roles.stack.model import Stack


def wheel_locks(stack: Stack, jupyter: Jupyter) -> dict[str, str | None]:
    """Return lock -> an index that has what the usual one lacks."""
    libraries = (stack.cudnn, stack.nccl)
    named: dict[str, str | None] = {"uv": None}
    named |= {"jupyter": None} if jupyter.install else {}
    named |= {toolkit.lock: None for toolkit in stack.toolkits if toolkit.lock}
    named |= {library.lock: None for library in libraries if library}
    return named | {row.lock: row.index for row in stack.frameworks.values()}
