"""Prepare the box for the other roles."""

from __future__ import annotations

from pyinfra.api import deploy

from dlbox.host import apt, wheels
from dlbox.host.derived import refresh_derived
from dlbox.host.files import ensure_files
from dlbox.host.layout import UV_TREE
from dlbox.plan.plan import Plan
from roles.base.manifest import CA_BUNDLE, manifest
from roles.base.settings import Base


@deploy("Base")
def base(plan: Plan) -> None:
    """Configure apt to wait and to retry, install the tools, and keep the box from sleeping."""
    wanted = plan.settings[Base]
    mine = manifest(plan.settings, plan.stack)
    ensure_files(name="Create dlbox's folders, configure apt, disable sleep", wanted=mine)
    apt.complete_dpkg(name="Finish interrupted dpkg work")
    apt.install(name="Install tools", wanted=plan.pinned(mine.packages))
    if wanted.ca_bundle:
        refresh_derived(
            name="Trust the extra CA bundle",
            product="/etc/ssl/certs/ca-certificates.crt",
            inputs=[CA_BUNDLE],
            command="update-ca-certificates",
        )
    wheels.uv(name="Install uv", tree=plan.wheel_tree(UV_TREE, "uv"))
