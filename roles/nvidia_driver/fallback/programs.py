"""The programs of the way back, and where on a box they lie."""

from __future__ import annotations

from pathlib import Path

from roles.box.owned import Text
from roles.nvidia_driver.guard.programs import HOME

UNIT = "dlbox-driver-check"

# Not before the driver's own services, though they need what this proves: a package that is brought
# back starts them, and waits for it.
SERVICE = f"""\
# Written by dlbox.
[Unit]
Description=See whether the driver stands its first boot after a change
ConditionPathExists=/var/lib/dlbox/boot-trial
After=systemd-modules-load.service dkms.service

[Service]
Type=oneshot
ExecStart={HOME}/fallback check

[Install]
WantedBy=multi-user.target
"""


def programs() -> dict[str, Text]:
    """Return path -> file of everything the way back needs on a box."""
    parts = {f"{HOME}/fallback-{name}": _own(name) for name in ("judge", "keep", "restore")}
    return {
        **{path: Text(text) for path, text in parts.items()},
        f"{HOME}/fallback": Text(_own("fallback"), "755"),
        f"/etc/systemd/system/{UNIT}.service": Text(SERVICE),
    }


def _own(name: str) -> str:
    return (Path(__file__).parent / name).read_text(encoding="utf-8")
