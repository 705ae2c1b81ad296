"""What the summary of a run says about JupyterLab."""

from __future__ import annotations

from dlbox.host.identity import Identity
from dlbox.plan.role import SummaryRows
from dlbox.settings.schema import Settings
from dlbox.stack.model import Stack
from roles.jupyter.content import TOKEN
from roles.jupyter.settings import Jupyter


def rows(settings: Settings, stack: Stack, box: Identity, host: str) -> SummaryRows:
    """Say where JupyterLab answers and how to get in; nothing where it does not run."""
    del stack
    jupyter = settings[Jupyter]
    if not (jupyter.install and box.systemd):
        return SummaryRows()
    port = jupyter.port
    tunnel = "" if host.startswith("@") else f"ssh -L {port}:127.0.0.1:{port} {host}; "
    return SummaryRows(
        installed=(f"JupyterLab on 127.0.0.1:{port}",),
        next=(f"{tunnel}http://127.0.0.1:{port} with the token: sudo cat {TOKEN}",),
    )
