"""Install JupyterLab with a kernel for each framework, as a service on the loopback interface."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from pyinfra import host
from pyinfra.api import QuoteString, StringCommand, deploy, operation
from pyinfra.operations import server, systemd
from typing_extensions import override

from dlbox.fact_base import FirstLineFact
from dlbox.host import wheels
from dlbox.host.derived import refresh_derived
from dlbox.host.files import ensure_files
from dlbox.plan.plan import Plan
from roles.jupyter import manifest
from roles.jupyter.settings import Jupyter


class TokenState(FirstLineFact):
    """``mode owner`` of the token's file if it contains one, otherwise empty; never the token itself."""

    @override
    def command(self, *args: Any, **kwargs: Any) -> str:
        return f"if {manifest.LONG_ENOUGH}; then stat -c '%a %U' {manifest.TOKEN}; fi"


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
    wheels.venv(name="Build JupyterLab", tree=plan.wheel_tree(manifest.HOME, "jupyter"))
    token(name="Create the token", user=wanted.user)
    ensure_files(
        name="Configure JupyterLab, its kernels and its unit",
        wanted=manifest.manifest(plan.settings, plan.stack),
    )
    if plan.box.systemd:
        _serve()


def _serve() -> None:
    systemd.service(name="Start at boot", service="dlbox-jupyter", running=None, enabled=True)
    refresh_derived(
        name="Restart with the new settings",
        product=manifest.STARTED,
        # After a rollback the link is newer than the folder that it points to.
        inputs=[
            *(manifest.UNIT, manifest.SETTINGS, manifest.TOKEN),
            *(manifest.HOME, f"{manifest.HOME}/.dlbox-lock"),
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
    yield StringCommand(manifest.MAKE_TOKEN)
    yield StringCommand("chown", QuoteString(user), manifest.TOKEN)
    yield StringCommand("chmod 600", manifest.TOKEN)
