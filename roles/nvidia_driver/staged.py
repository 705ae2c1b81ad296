"""A change of the driver that waits for the next boot, when nobody holds the card yet."""

from __future__ import annotations

from collections.abc import Generator

from pyinfra.api import QuoteString, StringCommand

from roles.box.owned import Text
from roles.nvidia_driver.busy.services import script

FOLDER = "/var/lib/dlbox/staged"
UNIT = "/etc/systemd/system/dlbox-staged.service"
USERS = (
    *("nvidia-persistenced", "nvidia-fabricmanager", "nvidia-dcgm", "display-manager"),
    *("docker", "dlbox-gpu-policy", "dlbox-jupyter", "dlbox-driver-check"),
)
"""Services that would hold the card before the change."""

TEXT = f"""\
# Written by dlbox: user space and module change together, before anybody holds the card.
[Unit]
Description=Driver change staged by dlbox
ConditionPathExists={FOLDER}/change
After=local-fs.target dbus.service
Before={" ".join(f"{name}.service" for name in USERS)}

[Service]
Type=oneshot
ExecStart=/bin/sh {FOLDER}/around {FOLDER}/change
ExecStartPost=/bin/rm -r {FOLDER}
# A driver's transaction may rebuild an initramfs per kernel.
TimeoutStartSec=1h

[Install]
WantedBy=multi-user.target
"""


def unit() -> dict[str, Text]:
    """Return path -> file of the unit, which does nothing while no change is staged."""
    return {UNIT: Text(TEXT)}


def stage(change: str, package: str) -> Generator[StringCommand, None, None]:
    """Yield what has the next boot carry out ``change``: nothing is downloaded or compiled then."""
    around = script("look", "restore", "around", package=package)
    lines = (("around", f'set -- "$(cat "$1")"\n{around}'), ("change", change))
    yield StringCommand(f"rm -rf {FOLDER}.new && mkdir -p -m 700 {FOLDER}.new")
    for name, text in lines:
        yield StringCommand("printf '%s\\n'", QuoteString(text), f">{FOLDER}.new/{name}")
    yield StringCommand(f"rm -rf {FOLDER} && mv {FOLDER}.new {FOLDER}")
    yield StringCommand("systemctl daemon-reload && systemctl -q enable dlbox-staged.service")
