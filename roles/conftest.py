"""Pass the registry to the plugin that runs the roles' checks."""

from __future__ import annotations

import pytest

from dlbox.verify.plugin import REGISTRY
from roles import ROLES


def pytest_configure(config: pytest.Config) -> None:
    """Register the roles with the plugin."""
    config.stash[REGISTRY] = ROLES
