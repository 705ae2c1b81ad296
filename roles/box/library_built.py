"""Have a CUDA library on a box, and found by everybody."""

from __future__ import annotations

from roles.box import wheels
from roles.box.layout import TREES
from roles.box.library import loader_conf
from roles.box.loader import refreshed
from roles.box.owned import Owned
from roles.box.placed import placed
from roles.stack.parts import Library


def library(name: str, title: str, row: Library, mine: Owned) -> None:
    """Have the library installed and found."""
    tree = f"{TREES}/{name}"
    wheels.tree(name=f"Install {title} {row.version}", tree=tree, lock=row.lock)
    placed(name=f"Let compilers and loaders find {title} {row.version}", wanted=mine)
    refreshed(title, loader_conf(name), tree, f"{tree}/.dlbox-lock")
