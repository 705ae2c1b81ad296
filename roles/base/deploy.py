"""Prepare the ground."""

from __future__ import annotations

from pyinfra import host
from pyinfra.api import deploy

from roles.base.content import CA_BUNDLE
from roles.base.owned import owned
from roles.base.settings import Base
from roles.box import apt, wheels
from roles.box.inventory import data
from roles.box.placed import placed
from roles.box.plan import Plan
from roles.box.refresh import refresh


@deploy("Base")
def base(plan: Plan) -> None:
    """Make apt patient and complete, install the tools, keep the box awake."""
    del plan
    wanted = Base.of(data(host))
    mine = owned(wanted)
    placed(
        name="Have dlbox's folders, an apt that waits, a box that does not sleep", wanted=mine
    )
    apt.settle(name="Settle what dpkg left half done")
    apt.install(name="Install tools", wanted=mine.packages)
    if wanted.ca_bundle:
        refresh(
            name="Trust the extra CA bundle",
            product="/etc/ssl/certs/ca-certificates.crt",
            inputs=[CA_BUNDLE],
            command="update-ca-certificates",
        )
    wheels.uv(name="Install uv")
