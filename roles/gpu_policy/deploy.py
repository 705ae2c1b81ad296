"""Set the cards as their policy says, now and at every boot."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from pyinfra import host
from pyinfra.api import StringCommand, deploy, operation
from pyinfra.facts.files import Directory, File

from dlbox.host.derived import refresh_derived
from dlbox.host.files import ensure_files
from dlbox.plan.plan import Plan
from roles.gpu_policy import manifest

MODULE = "/sys/module/nvidia"
# Not from the journal, which may still lack a line that was written a moment ago (seen once).
APPLY = (
    f"systemctl daemon-reload && {{ systemctl restart {manifest.NAME} || "
    f"{{ cat {manifest.FAILURES} >&2; exit 1; }}; }}"
)
REMOVE = f"""
if [ -d /run/systemd/system ]; then systemctl stop {manifest.NAME}; fi
rm -rf {manifest.RUN} {manifest.AT_BOOT} {manifest.SCRIPT} {manifest.POLICY} {manifest.UNIT}
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload && {{ systemctl reset-failed {manifest.NAME} 2>/dev/null || true; }}
fi
"""


@deploy("GPU policy")
def gpu_policy(plan: Plan) -> None:
    """Write the policy and the unit that applies it; remove both if no policy is declared."""
    mine = manifest.manifest(plan.settings, plan.stack)
    if not mine.files:
        remove_policy(name="Remove the GPU policy")
        return
    ensure_files(name="Install the GPU policy and its unit", wanted=mine)
    if plan.box.systemd:
        apply_policy(name="Apply the GPU policy")


@operation()
def apply_policy() -> Generator[Any, None, None]:
    """Apply the policy if the driver's module is loaded; otherwise the next boot applies it."""
    if not host.get_fact(Directory, path=MODULE):
        host.noop("no nvidia module is loaded")
        return
    yield from refresh_derived._inner(  # noqa: SLF001
        product=manifest.APPLIED,
        inputs=[manifest.SCRIPT, manifest.POLICY, manifest.UNIT],
        command=APPLY,
    )


@operation()
def remove_policy() -> Generator[StringCommand, None, None]:
    """Remove the unit and the policy; the cards keep their state until they are reset."""
    if not host.get_fact(File, path=manifest.UNIT):
        host.noop("there is none")
        return
    yield StringCommand(REMOVE)
