"""What a caller may decide about JupyterLab."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from dlbox.settings.model import RoleSettings


class Jupyter(RoleSettings):
    """Settings of the jupyter role."""

    role: ClassVar[str] = "jupyter"

    install: bool = True
    """JupyterLab as a service, on loopback only; reach it through an SSH tunnel."""

    user: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,30}$")] = "jupyter"
    """Ordinary user it runs as and whose home it serves; made, without a password, if missing."""

    port: Annotated[int, Field(ge=1024, le=65535)] = 8888
    """TCP port on 127.0.0.1."""
