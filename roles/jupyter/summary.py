"""JupyterLab's part of the summary of a run."""

from __future__ import annotations

from dlbox.host.identity import Identity
from dlbox.plan.role import SummaryRows
from dlbox.settings.schema import Settings
from dlbox.stack.model import Stack
from roles.jupyter.manifest import ADDRESS, TOKEN
from roles.jupyter.settings import Jupyter


def rows(settings: Settings, stack: Stack, box: Identity, host: str) -> SummaryRows:
    """Return where JupyterLab answers and how to log in; nothing if it does not run."""
    del stack
    jupyter = settings[Jupyter]
    if not (jupyter.install and box.systemd):
        return SummaryRows()
    port = jupyter.port
    tunnel = "" if host.startswith("@") else f"ssh -L {port}:{ADDRESS}:{port} {host}; "
    return SummaryRows(
        installed=(f"JupyterLab on {ADDRESS}:{port}",),
        next=(f"{tunnel}http://{ADDRESS}:{port} with the token: sudo cat {TOKEN}",),
    )
