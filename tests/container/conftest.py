"""Boxes for this tier; a box is made when a module first asks for it, and removed after it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dlbox.sandbox.container import Container, start
from dlbox.sandbox.engine import engine
from dlbox.sandbox.image import image
from tests.support.cli import inventory


@pytest.fixture(scope="module")
def box(request: pytest.FixtureRequest) -> Iterator[Container]:
    """Return a fresh box of the module's RELEASE."""
    os.environ.update(engine().environment())
    release: str = request.module.RELEASE
    made = start(
        f"dlbox-test-{release}", image(release), disposable=True, mounts=request.module.mounts()
    )
    yield made
    made.remove()


@pytest.fixture(scope="module")
def boxes(
    request: pytest.FixtureRequest, box: Container, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Return an inventory file that names the box, with the module's KNOBS."""
    knobs: dict[str, Any] = request.module.KNOBS
    return inventory(tmp_path_factory.mktemp("inventory"), (box, knobs))
