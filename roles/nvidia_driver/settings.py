"""The settings of the driver."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field, field_validator
from typing_extensions import override

from dlbox.settings.model import RoleSettings, Scope, constraint_validator
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
    """Branch or full version, e.g. "580" or "580.159.03". None: the longest-supported branch
    that drives every card, the distribution's own first."""

    flavour: Flavour | None = None
    """Kernel modules: "open" or "proprietary". None: the flavour that the cards and the branch
    need."""

    source: Source | None = None
    """Source of the packages: "distro" or "nvidia". None: the distribution's own as long
    as it is supported; NVIDIA's where that has ended, or where none of the distribution's fits."""

    remedy: Remedy = "flavour"
    """Remedy if the modules do not compile on an installed kernel. "flavour": take the other
    flavour, or another driver that the settings allow; if there is none, act as for "kernel".
    "kernel": boot and hold the newest kernel on which they compile."""

    module_cache: Annotated[str | None, Scope.LOCATION] = None
    """Folder on the controller that keeps compiled modules and passes them on to boxes with the
    same kernel, compiler and driver. None: every box compiles for itself. Warning: root on one
    of these boxes can then put code into the kernels of the others."""

    when_busy: Annotated[str, Scope.RUN_POLICY] = "refuse"
    """What to do if the driver must change while the card is in use. "refuse": the box keeps
    its driver, gets everything else, and counts as failed; "wait:2h" (s, m, h, d; at most 7
    days): first wait up to that long; "stage": driver and modules change together at the next
    boot."""

    reboot: Annotated[Literal["never", "if-needed", "now"], Scope.RUN_POLICY] = "never"
    """Whether `up` reboots the box if the driver or its kernel needs it. "if-needed": yes,
    unless a person is logged in or something inhibits it; "now": regardless of them. The
    controller itself and containers are never rebooted."""

    reboot_timeout_s: Annotated[int, Field(gt=0), Scope.RUN_POLICY] = 600
    """Seconds that a box may take to come back."""

    adopt: Annotated[bool, Scope.RUN_POLICY] = False
    """Adopt a driver that was installed by other means: NVIDIA's .run files are uninstalled,
    held packages are moved. False: such a box is refused."""

    signing: Literal["mok"] | None = None
    """With Secure Boot on, "mok": sign the modules with a key of the box, which a person has to
    enrol once. None: a box whose key is not enrolled is refused."""

    desktop: bool = False
    """Also install what an X or Wayland desktop needs. False: compute only, no X packages; if a
    display manager runs, `up` warns of it before the change."""

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
