"""What the gpu_policy role owns on a box: the texts of the policy, and its manifest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from dlbox.settings.schema import Settings
from dlbox.stack.model import Stack
from dlbox.state.manifest import FileContent, Manifest
from roles.gpu_policy.settings import CardPolicy, GpuPolicy

NAME = "dlbox-gpu-policy"
POLICY = "/etc/dlbox/gpu-policy"
LIBEXEC = "/opt/dlbox/libexec"
SCRIPT = f"{LIBEXEC}/apply-gpu-policy"
UNIT = f"/etc/systemd/system/{NAME}.service"
AT_BOOT = f"/etc/systemd/system/multi-user.target.wants/{NAME}.service"
RUN = f"/run/{NAME}"
APPLIED = f"{RUN}/applied"
"""The unit writes it once the whole policy is in force."""
FAILURES = f"{RUN}/failures"
"""What the last run of the unit could not do, one line each."""

# No further hardening: nvidia-smi may have to load the module and create its device nodes.
SERVICE = f"""\
# Written by dlbox.
[Unit]
Description=Set the NVIDIA cards as {POLICY} says
After=nvidia-persistenced.service
# Each change of the policy restarts it; systemd refuses the sixth start within 10 s.
StartLimitIntervalSec=0

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart={SCRIPT} {POLICY}
ExecStartPost=/usr/bin/touch {APPLIED}
SyslogIdentifier={NAME}
RuntimeDirectory={NAME}
RuntimeDirectoryPreserve=yes
NoNewPrivileges=yes
PrivateTmp=yes
ProtectHome=yes
ProtectSystem=full

[Install]
WantedBy=multi-user.target
"""

SWITCH = {True: "Enabled", False: "Disabled"}
"""Modes as nvidia-smi reports them."""
COMPUTE_MODES = {
    "default": "Default",
    "exclusive_process": "Exclusive_Process",
    "prohibited": "Prohibited",
}


def policy(cards: Mapping[str, CardPolicy]) -> str:
    """Return the text of the policy: lines of card, field and value, none of which contains a blank."""
    lines = [
        f"{card} {field} {value}\n"
        for card, wanted in cards.items()
        for field, value in settings(wanted)
    ]
    return (
        "# Written by dlbox: card, field, value; a UUID wins over an index, that over all.\n"
        + ("".join(lines))
    )


def settings(wanted: CardPolicy) -> Iterator[tuple[str, str]]:
    """Yield (field, value) of one card's policy, in the terms of the script and nvidia-smi."""
    if wanted.persistence is not None:
        yield "persistence", SWITCH[wanted.persistence]
    if wanted.power_limit_w is not None:
        yield "power_limit", str(wanted.power_limit_w)
    if wanted.graphics_clock_mhz is not None:
        yield "graphics_clock", "{},{}".format(*wanted.graphics_clock_mhz)
    if wanted.memory_clock_mhz is not None:
        yield "memory_clock", "{},{}".format(*wanted.memory_clock_mhz)
    if wanted.compute_mode is not None:
        yield "compute_mode", COMPUTE_MODES[wanted.compute_mode]
    if wanted.ecc is not None:
        yield "ecc", SWITCH[wanted.ecc]
    if isinstance(wanted.mig, bool):
        yield "mig", SWITCH[wanted.mig]
    elif wanted.mig:
        yield "mig", ",".join(wanted.mig)


def manifest(settings: Settings, stack: Stack) -> Manifest:
    """Return the manifest: the policy and the unit that applies it; empty if no card has a policy."""
    wanted = settings[GpuPolicy]
    if not wanted.cards or stack.driver is None:
        return Manifest()
    script = Path(__file__).with_name("apply-gpu-policy").read_text(encoding="utf-8")
    return Manifest(
        folders={LIBEXEC: "755"},
        files={
            SCRIPT: FileContent(script, "755"),
            POLICY: FileContent(policy(wanted.cards)),
            UNIT: FileContent(SERVICE),
        },
        links={AT_BOOT: UNIT},
    )
