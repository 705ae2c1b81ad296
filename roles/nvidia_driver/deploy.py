"""Install the driver for the box's GPUs, and keep other drivers away from them."""

from __future__ import annotations

from pyinfra import host
from pyinfra.api import deploy
from pyinfra.operations import systemd

from dlbox.host import apt
from dlbox.host.apt_facts import GPU_SOURCES
from dlbox.host.derived import refresh_derived
from dlbox.host.files import ensure_files
from dlbox.plan.plan import Plan
from dlbox.plan.result import Result
from dlbox.stack.catalog_loader import catalog
from dlbox.stack.components import Driver
from roles.nvidia_driver.adopt.operations import adopt
from roles.nvidia_driver.boot_trial.operations import start_boot_trial
from roles.nvidia_driver.boot_trial.programs import UNIT
from roles.nvidia_driver.in_use.facts import GpuHolders, blocker
from roles.nvidia_driver.in_use.policy import parse_policy
from roles.nvidia_driver.install import InstallOptions, install_driver, remove_driver
from roles.nvidia_driver.kernels.operations import collect_notices, ensure_kernel_modules
from roles.nvidia_driver.manifest import BLACKLIST, components, manifest
from roles.nvidia_driver.prerequisites import enable_components, install_headers
from roles.nvidia_driver.secure_boot.decision import needs_signing
from roles.nvidia_driver.secure_boot.operations import (
    install_signing_tools,
    note_enrolment,
    sign,
)
from roles.nvidia_driver.settings import NvidiaDriver


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


INITRAMFS = "/var/lib/dlbox/initramfs-refreshed"


@deploy("NVIDIA driver")
def nvidia_driver(plan: Plan, result: Result) -> None:
    """Install and hold the planned driver and keep nouveau and nova out, or remove an orphaned driver."""
    stack = plan.stack
    settings = plan.settings[NvidiaDriver]
    if settings.adopt:
        held = ("held",) if stack.driver else ()
        adopt(
            name="Adopt foreign installations",
            kinds=("runfile", "cuda", *held),
            in_use="" if plan.box.container else blocker(host.get_fact(GpuHolders)),
        )
    if stack.driver or any(toolkit.package for toolkit in stack.toolkits):
        _components(stack.system)
    if stack.driver:
        _driver(plan, result, stack.driver)
    else:
        when = None if plan.box.container else parse_policy(settings.when_busy)
        remove_driver(name="Remove an orphaned driver", plan=plan, result=result, when=when)


def _components(system: str) -> None:
    row = catalog().systems[system]
    enable_components(name="Enable all components", codename=row.codename, family=row.family)
    ensure_files(name="Keep unattended-upgrades off the GPU stack", wanted=components())


def _driver(plan: Plan, result: Result, driver: Driver) -> None:
    stack, box, settings = plan.stack, plan.box, plan.settings[NvidiaDriver]
    mine = manifest(plan.settings, stack)
    wanted = plan.pinned(mine.packages)
    # With a lock all packages come from one archive, which is neither the distribution's nor NVIDIA's.
    from_nvidia = driver.source == "nvidia" and not plan.lock

    install_headers(
        name="Install the kernels' headers", versions=plan.lock.versions if plan.lock else {}
    )
    if needs_signing(box, stack):
        install_signing_tools(plan)
    ensure_files(name="Keep nouveau and nova out", wanted=mine)
    install_driver(
        name=f"Install driver {driver.branch} ({driver.flavour})",
        driver=driver,
        wanted=wanted,
        result=result,
        options=InstallOptions(
            f"/{stack.repository.tag}/" if from_nvidia and stack.repository else None,
            None if box.container else parse_policy(settings.when_busy),
            settings.module_cache,
            box.kernels,
        ),
    )
    apt.hold(name="Hold the driver", sources=GPU_SOURCES, pin=driver.pin, names=tuple(wanted))
    ensure_kernel_modules(name="Ensure a module for every kernel")
    start_boot_trial(name="Put the next boot on trial")
    if needs_signing(box, stack):
        sign(name="Sign the modules")
        note_enrolment(name="Check the key's enrolment", result=result)
    refresh_derived(
        name="Refresh the initramfs",
        product=INITRAMFS,
        inputs=[BLACKLIST],
        # Without an initramfs (in a container) there is nothing from which to keep nouveau out.
        command="if command -v update-initramfs >/dev/null; then update-initramfs -u -k all; fi"
        f" && touch {INITRAMFS}",
    )
    if box.systemd:
        enable_services(fabric=stack.fabricmanager is not None)
    collect_notices(name="Collect notices", result=result)
