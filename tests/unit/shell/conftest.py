"""A box of its own for each test of a shell program."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.shell import ShellSandbox


@pytest.fixture
def box(tmp_path: Path) -> ShellSandbox:
    """A box with nothing on it."""
    return ShellSandbox(tmp_path)


@pytest.fixture
def returning(box: ShellSandbox) -> ShellSandbox:
    """A box with the programs of the way back, and one kernel."""
    box.place("lib", "/opt/dlbox/driver/lib.sh")
    for name in ("kernels", "fallback", "fallback-judge", "fallback-keep", "fallback-restore"):
        box.place(name, f"/opt/dlbox/driver/{name}")
    box.put("/boot/vmlinuz-6.12.95")
    box.tool("sync", {"*": ""})
    return box
