"""Prepare the ground."""

from __future__ import annotations

from io import StringIO

from pyinfra import host
from pyinfra.api import deploy
from pyinfra.operations import files

from roles.base.settings import Base
from roles.box import packages, wheels
from roles.box.inventory import data
from roles.box.plan import Plan
from roles.box.refresh import refresh

PACKAGES = (
    "build-essential",
    "ca-certificates",
    "curl",
    "git",
    "kmod",
    "pciutils",
    "pkg-config",
    "procps",
    "python3",
    "python3-venv",
    "tmux",
)
SLEEP = ("sleep.target", "suspend.target", "hibernate.target", "hybrid-sleep.target")
CA_BUNDLE = "/usr/local/share/ca-certificates/dlbox.crt"
FOLDERS = ("/etc/dlbox", "/var/lib/dlbox", "/opt/dlbox")


@deploy("Base")
def base(plan: Plan) -> None:
    """Make apt patient and complete, install the tools, keep the box awake."""
    del plan
    wanted = Base.of(data(host))

    for folder in FOLDERS:
        files.directory(name=f"Have {folder}", path=folder, mode="755")
    files.put(
        name="Let apt wait for the dpkg lock",
        src=StringIO(apt_conf(wanted)),
        dest="/etc/apt/apt.conf.d/90dlbox",
        mode="644",
    )
    packages.settle(name="Settle what dpkg left half done")
    packages.install(
        name="Install tools", wanted=dict.fromkeys((*PACKAGES, *sorted(wanted.packages)), "")
    )
    if wanted.ca_bundle:
        files.put(
            name="Put the extra CA bundle", src=wanted.ca_bundle, dest=CA_BUNDLE, mode="644"
        )
        refresh(
            name="Trust the extra CA bundle",
            product="/etc/ssl/certs/ca-certificates.crt",
            inputs=[CA_BUNDLE],
            command="update-ca-certificates",
        )
    for unit in SLEEP:
        files.link(
            name=f"Mask {unit}", path=f"/etc/systemd/system/{unit}", target="/dev/null"
        )
    wheels.uv(name="Install uv", lock="uv")


def apt_conf(wanted: Base) -> str:
    """Return the text of apt's settings file."""
    return (
        "// Written by dlbox. apt-get waits 0 s for the dpkg lock unless told otherwise.\n"
        f'DPkg::Lock::Timeout "{wanted.lock_timeout_s}";\n'
        'Acquire::Retries "3";\n'
    )
