"""Build the planned frameworks' venvs."""

from __future__ import annotations

from pyinfra import host
from pyinfra.api import deploy

from roles.box import wheels
from roles.box.layout import VENVS
from roles.box.placed import placed
from roles.box.plan import Plan
from roles.frameworks.content import ORDER
from roles.frameworks.owned import owned


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
                venv=f"{VENVS}/{framework}",
                lock=row.lock,
                index=row.index,
            )
    if planned:
        placed(name="Put dlbox-env", wanted=owned(plan.stack))
