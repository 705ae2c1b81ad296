"""Build the venvs of the planned frameworks."""

from __future__ import annotations

from pyinfra import host
from pyinfra.api import deploy

from dlbox.host import wheels
from dlbox.host.files import ensure_files
from dlbox.host.layout import VENVS
from dlbox.plan.plan import Plan
from roles.frameworks.manifest import ORDER, manifest


@deploy("Frameworks")
def frameworks(plan: Plan) -> None:
    """Build one venv per planned framework, and install the command that enters it."""
    planned = plan.stack.frameworks
    # The same list on every box: pyinfra would merge the iterations of lists that differ.
    for framework in host.loop(ORDER):
        if framework in planned:
            row = planned[framework]
            wheels.venv(
                name=f"Build {framework} {row.version}",
                tree=plan.wheel_tree(f"{VENVS}/{framework}", row.lock, row.index),
            )
    if planned:
        ensure_files(name="Install dlbox-env", wanted=manifest(plan.settings, plan.stack))
