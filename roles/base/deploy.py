"""Prepare the ground."""

from __future__ import annotations

from io import StringIO

from pyinfra import host
from pyinfra.api import deploy
from pyinfra.operations import files

from roles.base.content import CA_BUNDLE, FOLDERS, PACKAGES, SLEEP, apt_conf
from roles.base.settings import Base
from roles.box import apt, links, wheels
from roles.box.inventory import data
from roles.box.plan import Plan
from roles.box.refresh import refresh


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
    apt.settle(name="Settle what dpkg left half done")
    apt.install(
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
    masks = {f"/etc/systemd/system/{unit}": "/dev/null" for unit in SLEEP}
    links.links(name="Keep the box awake", wanted=masks)
    wheels.uv(name="Install uv", lock="uv")
