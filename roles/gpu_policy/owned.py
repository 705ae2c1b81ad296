"""What the gpu_policy role owns on a box."""

from __future__ import annotations

from pathlib import Path

from roles.box.owned import Owned, Text
from roles.gpu_policy import content
from roles.gpu_policy.settings import GpuPolicy
from roles.stack.model import Stack


def owned(wanted: GpuPolicy, stack: Stack) -> Owned:
    """Return it."""
    if not wanted.cards or stack.driver is None:
        return Owned()
    script = Path(__file__).with_name("apply-gpu-policy").read_text(encoding="utf-8")
    return Owned(
        folders={content.LIBEXEC: "755"},
        files={
            content.SCRIPT: Text(script, "755"),
            content.POLICY: Text(content.policy(wanted.cards)),
            content.UNIT: Text(content.SERVICE),
        },
        links={content.AT_BOOT: content.UNIT},
    )
