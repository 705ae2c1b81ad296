"""Give the box's GPUs their driver, and keep everything else away from them."""

from __future__ import annotations

from pyinfra import host
from pyinfra.api import deploy

from roles.box import apt
from roles.box.inventory import data
from roles.box.packages import GPU_SOURCES
from roles.box.placed import placed
from roles.box.plan import Plan
from roles.box.refresh import refresh
from roles.nvidia_driver.adopt.operation import adopt
from roles.nvidia_driver.busy.holders import Holders
from roles.nvidia_driver.busy.settings import when_busy
from roles.nvidia_driver.busy.told import obstacle
from roles.nvidia_driver.closure import Way, closure
from roles.nvidia_driver.fallback.act import begun
from roles.nvidia_driver.guard.act import guarded, noted
from roles.nvidia_driver.owned import BLACKLIST, components, owned
from roles.nvidia_driver.ready import headers, nonfree
from roles.nvidia_driver.removed import removed
from roles.nvidia_driver.services import at_boot
from roles.nvidia_driver.settings import NvidiaDriver
from roles.nvidia_driver.signing.decision import secured
from roles.nvidia_driver.signing.sign import enrolment, sign, tools
from roles.stack.parts import Driver
from roles.stack.tables import catalog

INITRAMFS = "/var/lib/dlbox/initramfs-refreshed"


@deploy("NVIDIA driver")
def nvidia_driver(plan: Plan) -> None:
    """Install the planned driver, hold it, keep nouveau and nova out."""
    stack = plan.stack
    settings = NvidiaDriver.of(data(host))
    if settings.adopt:
        held = ("held",) if stack.driver else ()
        adopt(
            name="Adopt what others have installed",
            kinds=("runfile", "cuda", *held),
            in_use="" if plan.box.container else obstacle(host.get_fact(Holders)),
        )
    if stack.driver or any(toolkit.package for toolkit in stack.toolkits):
        _components(stack.system)
    if stack.driver:
        _driver(plan, stack.driver)
    else:
        when = None if plan.box.container else when_busy(settings.when_busy)
        removed(name="Have no driver that nobody asks for", plan=plan, when=when)


def _components(system: str) -> None:
    row = catalog().systems[system]
    nonfree(name="Enable all components", codename=row.codename, family=row.family)
    placed(name="Keep unattended-upgrades off the GPU stack", wanted=components())


def _driver(plan: Plan, driver: Driver) -> None:
    stack, box, settings = plan.stack, plan.box, NvidiaDriver.of(data(host))
    mine = owned(settings, stack)
    wanted = apt.pinned(mine.packages)
    # What is locked has but one archive, which is nobody's.
    from_nvidia = driver.source == "nvidia" and not plan.lock

    headers(name="Install the kernels' headers")
    if secured(box, stack):
        tools()
    placed(name="Keep nouveau and nova out", wanted=mine)
    closure(
        name=f"Install driver {driver.branch} ({driver.flavour})",
        driver=driver,
        wanted=wanted,
        way=Way(
            f"/{stack.repository.tag}/" if from_nvidia and stack.repository else None,
            None if box.container else when_busy(settings.when_busy),
            settings.module_cache,
            box.kernels,
        ),
    )
    apt.hold(name="Hold the driver", sources=GPU_SOURCES, pin=driver.pin, names=tuple(wanted))
    guarded(name="Look after every kernel")
    begun(name="Put the next boot on trial")
    if secured(box, stack):
        sign(name="Sign the modules")
        enrolment(name="Look for the key's enrolment", box=host.name)
    refresh(
        name="Refresh the initramfs",
        product=INITRAMFS,
        inputs=[BLACKLIST],
        # Without an initramfs (a container) there is nothing to keep nouveau out of.
        command="if command -v update-initramfs >/dev/null; then update-initramfs -u -k all; fi"
        f" && touch {INITRAMFS}",
    )
    if box.systemd:
        at_boot(fabric=stack.fabricmanager is not None)
    noted(name="Look for notices", box=host.name)
