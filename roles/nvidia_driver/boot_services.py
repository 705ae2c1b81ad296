"""Enable the driver's services, which start at boot and not before."""

from __future__ import annotations

from pyinfra.operations import systemd

from roles.nvidia_driver.boot_trial.programs import UNIT


def enable_services(*, fabric: bool) -> None:
    """Enable the services at boot, Fabric Manager only if ``fabric`` is set."""
    systemd.service(
        name="Enable the boot trial",
        service=UNIT,
        running=None,
        enabled=True,
    )
    systemd.service(
        name="Enable persistenced",
        service="nvidia-persistenced",
        running=None,
        enabled=True,
    )
    if fabric:
        systemd.service(
            name="Enable Fabric Manager",
            service="nvidia-fabricmanager",
            running=None,
            enabled=True,
        )
