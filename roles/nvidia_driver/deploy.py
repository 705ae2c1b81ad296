"""Give the box's GPUs their driver, and keep everything else away from them."""

from __future__ import annotations

from collections.abc import Generator

from pyinfra import host
from pyinfra.api import StringCommand, deploy, operation
from pyinfra.operations import systemd

from roles.box import apt
from roles.box.facts import Identity
from roles.box.inventory import data
from roles.box.outcome import outcome
from roles.box.packages import GPU_SOURCES
from roles.box.placed import Text, placed
from roles.box.plan import Plan
from roles.box.refresh import refresh
from roles.nvidia_driver import content, staged
from roles.nvidia_driver.busy.settings import when_busy
from roles.nvidia_driver.closure import Way, closure
from roles.nvidia_driver.facts import ModuleState
from roles.nvidia_driver.guard.act import guarded, noted
from roles.nvidia_driver.guard.programs import programs
from roles.nvidia_driver.ready import headers, nonfree
from roles.nvidia_driver.settings import NvidiaDriver
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
        _driver(stack, stack.driver, plan.box)


def _components(system: str) -> None:
    row = catalog().systems[system]
    nonfree(name="Enable all components", codename=row.codename, family=row.family)
    placed(
        name="Keep unattended-upgrades off the GPU stack",
        # 52: after unattended-upgrades' own 50, so that this list is added to its own.
        wanted={"/etc/apt/apt.conf.d/52dlbox-unattended-upgrades": Text(content.UNATTENDED)},
    )


def _driver(stack: Stack, driver: Driver, box: Identity) -> None:
    settings = NvidiaDriver.of(data(host))
    wanted = content.wanted_packages(stack, driver, desktop=settings.desktop)
    from_nvidia = driver.source == "nvidia"

    headers(name="Install the kernels' headers")
    placed(
        name="Keep nouveau out, and bad kernels from booting",
        wanted={BLACKLIST: Text(content.MODPROBE), **programs(driver), **staged.unit()},
    )
    closure(
        name=f"Install driver {driver.branch} ({driver.flavour})",
        driver=driver,
        wanted=wanted,
        way=Way(
            f"/{stack.repository.tag}/" if from_nvidia and stack.repository else None,
            when_busy(settings.when_busy),
            settings.module_cache,
            box.kernels,
            box.container,
        ),
    )
    apt.hold(name="Hold the driver", sources=GPU_SOURCES, pin=driver.pin, names=tuple(wanted))
    guarded(name="Look after every kernel")
    refresh(
        name="Refresh the initramfs",
        product=INITRAMFS,
        inputs=[BLACKLIST],
        # Without an initramfs (a container) there is nothing to keep nouveau out of.
        command="if command -v update-initramfs >/dev/null; then update-initramfs -u -k all; fi"
        f" && touch {INITRAMFS}",
    )
    if box.systemd:
        systemd.service(
            name="Enable persistenced",
            service="nvidia-persistenced",
            running=None,
            enabled=True,
        )
    if stack.fabricmanager and box.systemd:
        systemd.service(
            name="Enable Fabric Manager",
            service="nvidia-fabricmanager",
            running=None,
            enabled=True,
        )
    noted(name="Look for notices", box=host.name)
    note_reboot(name="Look for a pending reboot", box=host.name, package=driver.libcuda)


@operation()
def note_reboot(box: str, package: str) -> Generator[StringCommand, None, None]:
    """Remember for the summary that the running kernel does not have the driver yet."""
    outcome(box).reboot = host.get_fact(ModuleState, package=package) or None
    host.noop("only looked")
    yield from ()
