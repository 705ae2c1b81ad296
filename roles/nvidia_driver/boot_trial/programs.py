"""The programs of the boot trial, and their paths on a box."""

from __future__ import annotations

from pathlib import Path

from dlbox.state.manifest import FileContent
from roles.nvidia_driver.kernels.programs import HOME

UNIT = "dlbox-driver-check"
FILES = {"judge": "check", "keep": "save-packages", "restore": "restore"}
"""Name on the box, after ``fallback-`` -> file in ``programs/``. The names on boxes are kept
for compatibility."""

# Not before the driver's own services, although they need what this proves: a package that is
# restored starts them, and waits for that.
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


def programs() -> dict[str, FileContent]:
    """Return path -> file of everything that the boot trial needs on a box."""
    parts = {f"{HOME}/fallback-{name}": _own(file) for name, file in FILES.items()}
    return {
        **{path: FileContent(text) for path, text in parts.items()},
        f"{HOME}/fallback": FileContent(_own("boot-trial"), "755"),
        f"/etc/systemd/system/{UNIT}.service": FileContent(SERVICE),
    }


def _own(name: str) -> str:
    return (Path(__file__).parent / "programs" / name).read_text(encoding="utf-8")
