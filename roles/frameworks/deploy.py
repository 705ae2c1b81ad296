"""Build the planned frameworks' venvs."""

from __future__ import annotations

from io import StringIO

from pyinfra import host
from pyinfra.api import deploy
from pyinfra.operations import files

from roles.box import wheels
from roles.box.plan import Plan
from roles.frameworks.content import DLBOX_ENV, ORDER


@deploy("Frameworks")
def frameworks(plan: Plan) -> None:
    """Have one venv per planned framework, and a command to enter it."""
    planned = plan.stack.frameworks
    # One fixed list on every box: pyinfra would merge the turns of lists that differ.
    for framework in host.loop(ORDER):
        if framework in planned:
            row = planned[framework]
            wheels.venv(
                name=f"Build {framework} {row.version}",
                venv=framework,
                lock=row.lock,
                index=row.index,
            )
    if planned:
        files.put(
            name="Put dlbox-env",
            src=StringIO(DLBOX_ENV),
            dest="/usr/local/bin/dlbox-env",
            mode="755",
        )
