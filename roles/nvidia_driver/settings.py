"""What a caller may decide about the driver."""

from __future__ import annotations

from typing import ClassVar

from pydantic import field_validator

from roles.settings import RoleSettings, wished
from roles.stack.offers import Flavour, Source


class NvidiaDriver(RoleSettings):
    """Settings of the nvidia_driver role."""

    role: ClassVar[str] = "nvidia_driver"

    version: str | None = None
    """Branch or full version, e.g. "580" or "580.159.03". None: the longest-supported branch that
    drives every card."""

    flavour: Flavour | None = None
    """Kernel modules: "open" or "proprietary". None: what the cards and the branch ask for."""

    source: Source | None = None
    """Whose packages: "distro" or "nvidia". None: the distribution's own, unless NVIDIA's
    repository has a branch that is supported longer, or the only one that fits."""

    desktop: bool = False
    """Also install what an X or Wayland desktop needs. False: compute only, no X packages."""

    _version = field_validator("version")(wished("driver"))
