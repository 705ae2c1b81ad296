"""The manifest of the gpu_policy role."""

from __future__ import annotations

from pathlib import Path

from dlbox.settings.schema import Settings
from dlbox.stack.model import Stack
from dlbox.state.manifest import FileContent, Manifest
from roles.gpu_policy import content
from roles.gpu_policy.settings import GpuPolicy


def manifest(settings: Settings, stack: Stack) -> Manifest:
    """Return the manifest: the policy and the unit that applies it; empty if no card has a policy."""
    wanted = settings[GpuPolicy]
    if not wanted.cards or stack.driver is None:
        return Manifest()
    script = Path(__file__).with_name("apply-gpu-policy").read_text(encoding="utf-8")
    return Manifest(
        folders={content.LIBEXEC: "755"},
        files={
            content.SCRIPT: FileContent(script, "755"),
            content.POLICY: FileContent(content.policy(wanted.cards)),
            content.UNIT: FileContent(content.SERVICE),
        },
        links={content.AT_BOOT: content.UNIT},
    )
