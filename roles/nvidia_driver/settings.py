"""What a caller may decide about the driver."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field, field_validator
from typing_extensions import override

from dlbox.settings.model import RoleSettings, constraint_validator
from dlbox.settings.scope import Scope
from dlbox.stack.catalog_schema import Flavour, Source
from dlbox.stack.constraint import Remedy, Requirements
from roles.nvidia_driver.in_use.policy import parse_policy


class NvidiaDriver(RoleSettings):
    """Settings of the nvidia_driver role."""

    role: ClassVar[str] = "nvidia_driver"
    constrains: ClassVar[Mapping[str, str]] = {
        "driver": "version",
        "flavour": "flavour",
        "driver_source": "source",
    }

    version: str | None = None
    """Branch or full version, e.g. "580" or "580.159.03". None: the longest-supported branch that
    drives every card."""

    flavour: Flavour | None = None
    """Kernel modules: "open" or "proprietary". None: what the cards and the branch ask for."""

    source: Source | None = None
    """Whose packages: "distro" or "nvidia". None: the distribution's own, unless NVIDIA's
    repository has a branch that is supported longer, or the only one that fits."""

    remedy: Remedy = "flavour"
    """What to do where the modules do not compile on an installed kernel. "flavour": take the other
    flavour, or another driver that the settings allow; where there is none, as "kernel": the newest
    kernel they compile on boots, and is held."""

    module_cache: Annotated[str | None, Scope.LOCATION] = None
    """Folder on the controller where compiled modules are kept, and given to boxes with the same
    kernel, compiler and driver. None: every box compiles for itself. Mind: whoever is root on one
    of these boxes can then put code into the kernels of the others."""

    when_busy: Annotated[str, Scope.RUN_POLICY] = "refuse"
    """What to do when the driver must change and somebody uses the card. "refuse": the box keeps
    its driver, gets everything else, and counts as failed. "wait:2h" (s, m, h, d; at most 7 days):
    first wait so long. "stage": driver and modules change together at the next boot."""

    reboot: Annotated[Literal["never", "if-needed", "now"], Scope.RUN_POLICY] = "never"
    """Whether `up` reboots the box when the driver or its kernel needs it. "if-needed": yes, unless
    somebody is logged in or holds it off; "now": in spite of them. This machine itself and containers
    never are."""

    reboot_timeout_s: Annotated[int, Field(gt=0), Scope.RUN_POLICY] = 600
    """Seconds a box may take to come back."""

    adopt: Annotated[bool, Scope.RUN_POLICY] = False
    """Take over a driver that somebody else has installed: NVIDIA's .run files are uninstalled,
    held packages are moved. False: such a box is refused."""

    signing: Literal["mok"] | None = None
    """With Secure Boot on, "mok": modules are signed with a key of the box, which a person has to
    enrol once. None: a box whose key is not enrolled is refused."""

    desktop: bool = False
    """Also install what an X or Wayland desktop needs. False: compute only, no X packages."""

    @field_validator("when_busy")
    @classmethod
    def _when_busy(cls, value: str) -> str:
        parse_policy(value)
        return value

    @field_validator("module_cache")
    @classmethod
    def _absolute(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith("/"):
            msg = f"{value!r} is no absolute path, e.g. /srv/dlbox/modules"
            raise ValueError(msg)
        return value

    @override
    def requirements(self) -> Requirements:
        return super().requirements() | Requirements(remedy=self.remedy)

    _version = field_validator("version")(constraint_validator("driver"))
