"""The settings of JupyterLab."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from dlbox.settings.model import RoleSettings


class Jupyter(RoleSettings):
    """Settings of the jupyter role."""

    role: ClassVar[str] = "jupyter"

    install: bool = True
    """Install JupyterLab as a service that listens on loopback only; reach it through an SSH
    tunnel."""

    user: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,30}$")] = "jupyter"
    """Ordinary user that runs JupyterLab and whose home it serves; created without a password
    if missing."""

    port: Annotated[int, Field(ge=1024, le=65535)] = 8888
    """TCP port on the loopback interface."""
