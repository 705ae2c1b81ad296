"""The settings of the base role."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field, field_validator

from dlbox.settings.model import RoleSettings, Scope, file_with


class Base(RoleSettings):
    """Settings of the base role."""

    role: ClassVar[str] = "base"

    packages: list[str] = []
    """Names of more packages of the distribution to install."""

    ca_bundle: Annotated[str | None, Scope.LOCATION] = None
    """File on the controller with extra CA certificates (PEM) that the box must trust, as
    company networks need. None: nothing is added."""

    lock_timeout_s: Annotated[int, Field(ge=0, le=86400)] = 600
    """Seconds that apt waits for the dpkg lock when something else, such as
    unattended-upgrades, holds it. 0: do not wait."""

    min_free_gb: Annotated[Annotated[int, Field(ge=0)] | None, Scope.RUN_POLICY] = None
    """Free disk space (GB) that a box must have before anything is installed. None: what the
    plan needs; 0: do not check."""

    max_clock_skew_s: Annotated[int, Field(ge=1), Scope.RUN_POLICY] = 300
    """Seconds by which the box's clock may differ from the controller's; TLS and apt fail
    beyond that."""

    _pem = field_validator("ca_bundle")(
        file_with("-----BEGIN CERTIFICATE-----", "PEM certificate")
    )
