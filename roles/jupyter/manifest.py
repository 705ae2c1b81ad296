"""The manifest of the jupyter role."""

from __future__ import annotations

from dlbox.host.layout import lock_digest
from dlbox.settings.schema import Settings
from dlbox.stack.model import Stack
from dlbox.state.manifest import FileContent, Manifest
from roles.jupyter import content
from roles.jupyter.settings import Jupyter


def manifest(settings: Settings, stack: Stack) -> Manifest:
    """Return the manifest: JupyterLab's venv, unit, configuration, kernels and user."""
    wanted = settings[Jupyter]
    if not wanted.install:
        return Manifest()
    kernels = {
        f"{content.KERNELS}/{name}/kernel.json": FileContent(content.kernel(name))
        for name in stack.frameworks
    }
    return Manifest(
        files={
            content.SETTINGS: FileContent(content.CONFIG),
            content.UNIT: FileContent(content.unit(wanted.user, wanted.port)),
            **kernels,
        },
        made={content.TOKEN: f"600 {wanted.user}"},
        trees={content.HOME: lock_digest("jupyter")},
        units={content.SERVICE: "enabled"},
        users={wanted.user: ""},
    )


def wheel_locks(settings: Settings, stack: Stack) -> dict[str, str | None]:
    """Return the locks of the wheels that the role installs."""
    del stack
    return {"jupyter": None} if settings[Jupyter].install else {}
