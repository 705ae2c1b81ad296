"""What a caller may decide about the driver."""

from __future__ import annotations

from typing import ClassVar, Literal

from roles.settings import RoleSettings

Flavour = Literal["open", "proprietary"]


class NvidiaDriver(RoleSettings):
    """Settings of the nvidia_driver role."""

    role: ClassVar[str] = "nvidia_driver"

    flavour: Flavour | None = None
    """Kernel modules: "open" or "proprietary". None: what the cards and the branch ask for."""

    desktop: bool = False
    """Also install what an X or Wayland desktop needs. False: compute only, no X packages."""
