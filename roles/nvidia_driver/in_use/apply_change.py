"""Decide when a change of the driver is carried out, and carry it out: now, once the card is free, or at the next boot."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

from pyinfra import host
from pyinfra.api import FunctionCommand, Host, QuoteString, State, StringCommand

from dlbox.plan.result import Result
from dlbox.state.manifest import FileContent
from roles.nvidia_driver.in_use.commands import run_unloaded, script, wait_command
from roles.nvidia_driver.in_use.facts import GpuHolders, GpuUse, blocker
from roles.nvidia_driver.in_use.policy import BusyPolicy


@dataclass
class Verdict:
    """What the last look at the card's users found, just before the change."""

    obstacle: str = ""


def apply_change(
    result: Result, change: str, package: str, when: BusyPolicy | None
) -> Generator[StringCommand | FunctionCommand, None, bool]:
    """Yield the commands that carry out ``change``, a line of shell; return whether it was carried out.

    ``package`` contains libcuda.so.1. ``when`` is None where no driver can be loaded: in a
    container. A loaded driver is changed with its services stopped and its modules unloaded. If
    the card is in use, ``when`` decides: wait for its end, stage the change for the next boot, or
    defer it, so that the box keeps its driver and gets everything else.
    """
    if when is None or not host.get_fact(GpuHolders).modules:
        yield StringCommand(change)
        return True
    verdict = Verdict()
    yield FunctionCommand(_look, [verdict, when], {})
    if not verdict.obstacle:
        yield run_unloaded(change, package)
    elif when.policy == "stage":
        yield from stage_change(change, package)
        result.driver_deferred = True
        result.reboot = f"the driver changes at the next boot: {verdict.obstacle}"
    else:
        yield defer_change(result, verdict.obstacle)
    return not verdict.obstacle


def _look(state: State, host: Host, verdict: Verdict, when: BusyPolicy) -> bool:
    """Find the blocker again, now that it matters: pyinfra's answer from before the run may be hours old."""
    del state
    if when.policy == "wait":
        host.run_shell_command(wait_command(when.seconds), print_output=True)
    use: GpuUse = host.get_fact(GpuHolders)
    verdict.obstacle = blocker(use)
    return True


def change_blocker(when: BusyPolicy | None) -> str:
    """Return the blocker of a change that then must not even be prepared; empty: there is none."""
    if when is None or when.policy != "refuse":
        return ""
    use: GpuUse = host.get_fact(GpuHolders)
    return blocker(use) if use.modules else ""


def defer_change(result: Result, why: str) -> StringCommand:
    """Defer the change, so that the box keeps its driver, and report the reason."""
    result.driver_deferred = True
    result.deferred = f"the driver change is deferred: {why}"
    return StringCommand("echo", QuoteString(why))


STAGED = "/var/lib/dlbox/staged"
STAGED_UNIT = "/etc/systemd/system/dlbox-staged.service"
USERS = (
    *("nvidia-persistenced", "nvidia-fabricmanager", "nvidia-dcgm", "display-manager"),
    *("docker", "dlbox-gpu-policy", "dlbox-jupyter", "dlbox-driver-check"),
)
"""Services that would hold the card before the change."""

STAGED_UNIT_TEXT = f"""\
# Written by dlbox: user space and module change together, before anybody holds the card.
[Unit]
Description=Driver change staged by dlbox
ConditionPathExists={STAGED}/change
After=local-fs.target dbus.service
Before={" ".join(f"{name}.service" for name in USERS)}

[Service]
Type=oneshot
ExecStart=/bin/sh {STAGED}/around {STAGED}/change
ExecStartPost=/bin/rm -r {STAGED}
# A driver's transaction may rebuild an initramfs per kernel.
TimeoutStartSec=1h

[Install]
WantedBy=multi-user.target
"""


def staged_unit() -> dict[str, FileContent]:
    """Return path -> file of the unit, which does nothing while no change is staged."""
    return {STAGED_UNIT: FileContent(STAGED_UNIT_TEXT)}


def stage_change(change: str, package: str) -> Generator[StringCommand, None, None]:
    """Yield the commands that stage ``change`` for the next boot, which then downloads and compiles nothing."""
    around = script("users", "stop-restore", "run-unloaded", package=package)
    lines = (("around", f'set -- "$(cat "$1")"\n{around}'), ("change", change))
    yield StringCommand(f"rm -rf {STAGED}.new && mkdir -p -m 700 {STAGED}.new")
    for name, text in lines:
        yield StringCommand("printf '%s\\n'", QuoteString(text), f">{STAGED}.new/{name}")
    yield StringCommand(f"rm -rf {STAGED} && mv {STAGED}.new {STAGED}")
    yield StringCommand("systemctl daemon-reload && systemctl -q enable dlbox-staged.service")
