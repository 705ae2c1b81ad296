"""Install wheels on a box with hash-locked uv: virtual environments, and libraries outside them."""

from __future__ import annotations

import shlex
from collections.abc import Generator
from typing import Any

from pyinfra.api import operation

from dlbox.host.layout import UV
from dlbox.host.store import WheelTree, build_tree


def _sources(tree: WheelTree) -> str:
    """Return the options that tell uv and pip where to take wheels from."""
    if tree.bundle:
        return f"--no-index --find-links {shlex.quote(f'{tree.bundle}/wheels/')} "
    # Any index may supply a wheel: the lock fixes its hash.
    return f"--index {tree.index} --index-strategy unsafe-best-match " if tree.index else ""


@operation()
def venv(tree: WheelTree) -> Generator[Any, None, None]:
    """Install a virtual environment with exactly the locked wheels."""
    make = f"{UV} venv -q --clear --relocatable --python /usr/bin/python3 {{tree}}"
    sync = (
        f"{UV} pip sync -q --python {{tree}}/bin/python --require-hashes --no-build "
        f"{_sources(tree)}{{lock}}"
    )
    yield from build_tree(tree, [make, sync])


@operation()
def libraries(tree: WheelTree) -> Generator[Any, None, None]:
    """Unpack the locked wheels outside any virtual environment, for compilers and linkers."""
    # Wheels contain libcudart.so.13, but not the libcudart.so that -lcudart looks for.
    names = (
        "find {tree} -name 'lib*.so.*' | while read -r file; do "
        'name="${{file%%.so.*}}.so"; [ -e "$name" ] || ln -s "${{file##*/}}" "$name"; done'
    )
    install = (
        f"{UV} pip install -q --python /usr/bin/python3 --target {{tree}} "
        f"--require-hashes --no-deps --no-build --reinstall {_sources(tree)}-r {{lock}}"
    )
    yield from build_tree(tree, [install, names])


@operation()
def uv(tree: WheelTree) -> Generator[Any, None, None]:
    """Install uv itself from its wheel."""
    # Debian's python3 has pip only inside a venv. --no-compile: compiled files contain the time
    # of unpacking, and uv is a program that no Python reads.
    install = (
        "python3 -m venv {tree}/pip && {tree}/pip/bin/pip install -q --no-compile --require-hashes "
        f"--only-binary :all: --target {{tree}} {_sources(tree)}-r {{lock}} && rm -rf {{tree}}/pip"
    )
    yield from build_tree(tree, [install])
