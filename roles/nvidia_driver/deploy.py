"""Give the box's GPUs their driver, and keep everything else away from them."""

from __future__ import annotations

from collections.abc import Generator
from io import StringIO
from typing import Any

from pyinfra import host
from pyinfra.api import StringCommand, deploy, operation
from pyinfra.operations import files, systemd

from roles.box import apt
from roles.box.inventory import data
from roles.box.outcome import outcome
from roles.box.packages import GPU_SOURCES
from roles.box.plan import Plan
from roles.box.refresh import refresh
from roles.nvidia_driver import content
from roles.nvidia_driver.closure import closure
from roles.nvidia_driver.facts import LackingHeaders, ModuleState
from roles.nvidia_driver.settings import NvidiaDriver
from roles.nvidia_driver.sources import OWN, Sources, archives
from roles.stack.model import Stack
from roles.stack.parts import Driver
from roles.stack.tables import catalog

BLACKLIST = "/etc/modprobe.d/dlbox-nvidia.conf"
INITRAMFS = "/var/lib/dlbox/initramfs-refreshed"


@deploy("NVIDIA driver")
def nvidia_driver(plan: Plan) -> None:
    """Install the planned driver, hold it, keep nouveau and nova out."""
    stack = plan.stack
    if stack.driver or any(toolkit.package for toolkit in stack.toolkits):
        _components(stack.system)
    if stack.driver:
        _driver(stack, stack.driver, systemd_runs=plan.box.systemd)


def _components(system: str) -> None:
    row = catalog().systems[system]
    nonfree(name="Enable all components", codename=row.codename, family=row.family)
    files.put(
        name="Keep unattended-upgrades off the GPU stack",
        # 52: after unattended-upgrades' own 50, so that this list is added to its own.
        src=StringIO(content.UNATTENDED),
        dest="/etc/apt/apt.conf.d/52dlbox-unattended-upgrades",
        mode="644",
    )


def _driver(stack: Stack, driver: Driver, *, systemd_runs: bool) -> None:
    desktop = NvidiaDriver.of(data(host)).desktop
    wanted = content.wanted_packages(stack, driver, desktop=desktop)
    from_nvidia = driver.source == "nvidia"

    files.put(
        name="Keep nouveau and nova out",
        src=StringIO(content.MODPROBE),
        dest=BLACKLIST,
        mode="644",
    )
    headers(name="Install the kernels' headers")
    closure(
        name=f"Install driver {driver.branch} ({driver.flavour})",
        wanted=wanted,
        source=driver.source,
        repository=f"/{stack.repository.tag}/" if from_nvidia and stack.repository else None,
    )
    apt.hold(name="Hold the driver", sources=GPU_SOURCES, pin=driver.pin, names=tuple(wanted))
    refresh(
        name="Refresh the initramfs",
        product=INITRAMFS,
        inputs=[BLACKLIST],
        # Without an initramfs (a container) there is nothing to keep nouveau out of.
        command="if command -v update-initramfs >/dev/null; then update-initramfs -u -k all; fi"
        f" && touch {INITRAMFS}",
    )
    if systemd_runs:
        systemd.service(
            name="Enable persistenced",
            service="nvidia-persistenced",
            running=None,
            enabled=True,
        )
    if stack.fabricmanager and systemd_runs:
        systemd.service(
            name="Enable Fabric Manager",
            service="nvidia-fabricmanager",
            running=None,
            enabled=True,
        )
    note_reboot(name="Look for a pending reboot", box=host.name, package=driver.libcuda)


@operation()
def nonfree(codename: str, family: str) -> Generator[Any, None, None]:
    """Have contrib, non-free and their like, from the mirror the box already uses."""
    text = content.nonfree(archives(host.get_fact(Sources), codename, family))
    yield from files.put._inner(src=StringIO(text), dest=OWN, mode="644")  # noqa: SLF001


@operation()
def headers() -> Generator[StringCommand, None, None]:
    """Have the headers of the box's kernels, as far as there are any."""
    lacking = host.get_fact(LackingHeaders)
    yield from apt.install._inner(wanted=dict.fromkeys(lacking, ""))  # noqa: SLF001


@operation()
def note_reboot(box: str, package: str) -> Generator[StringCommand, None, None]:
    """Remember for the summary that the running kernel does not have the driver yet."""
    outcome(box).reboot = host.get_fact(ModuleState, package=package) or None
    host.noop("only looked")
    yield from ()
