"""Run JupyterLab for one user, on loopback."""

from __future__ import annotations

from collections.abc import Generator

from pyinfra import host
from pyinfra.api import QuoteString, StringCommand, deploy, operation
from pyinfra.operations import server, systemd

from dlbox.host import wheels
from dlbox.host.derived import refresh_derived
from dlbox.host.files import ensure_files
from dlbox.plan.plan import Plan
from roles.jupyter import content
from roles.jupyter.facts import TokenState
from roles.jupyter.manifest import manifest
from roles.jupyter.settings import Jupyter


@deploy("Jupyter")
def jupyter(plan: Plan) -> None:
    """Install JupyterLab, its token and its kernels; start it where systemd runs."""
    wanted = plan.settings[Jupyter]
    if not wanted.install:
        return
    server.user(
        # No other attributes: it may be a person's own account, with a shell of their choice.
        name=f"Create user {wanted.user}",
        user=wanted.user,
        create_home=True,
        ensure_home=False,
    )
    wheels.venv(name="Build JupyterLab", tree=plan.wheel_tree(content.HOME, "jupyter"))
    token(name="Create the token", user=wanted.user)
    ensure_files(
        name="Configure JupyterLab, its kernels and its unit",
        wanted=manifest(plan.settings, plan.stack),
    )
    if plan.box.systemd:
        _serve()


def _serve() -> None:
    systemd.service(name="Start at boot", service="dlbox-jupyter", running=None, enabled=True)
    refresh_derived(
        name="Restart with the new settings",
        product=content.STARTED,
        # After a rollback the link is newer than the folder that it points to.
        inputs=[
            *(content.UNIT, content.SETTINGS, content.TOKEN),
            *(content.HOME, f"{content.HOME}/.dlbox-lock"),
        ],
        command="systemctl daemon-reload && systemctl restart dlbox-jupyter",
    )
    systemd.service(name="Serve", service="dlbox-jupyter", running=True)


@operation()
def token(user: str) -> Generator[StringCommand, None, None]:
    """Create a token that only ``user`` can read, unless there is one."""
    if host.get_fact(TokenState) == f"600 {user}":
        host.noop("there is one")
        return
    yield StringCommand(content.MAKE_TOKEN)
    yield StringCommand("chown", QuoteString(user), content.TOKEN)
    yield StringCommand("chmod 600", content.TOKEN)
