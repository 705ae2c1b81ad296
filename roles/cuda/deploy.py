"""Install the planned CUDA toolkits side by side."""

from __future__ import annotations

from pyinfra import host
from pyinfra.api import deploy

from roles.box import apt, wheels
from roles.box.alternatives import alternative
from roles.box.layout import TREES
from roles.box.loader import refreshed
from roles.box.owned import Owned
from roles.box.packages import GPU_SOURCES
from roles.box.placed import placed
from roles.box.plan import Plan
from roles.cuda.content import home, home_links
from roles.cuda.owned import COMPAT, owned, packaged
from roles.stack.parts import Compat
from roles.stack.tables import catalog


@deploy("CUDA")
def cuda(plan: Plan) -> None:
    """Install each toolkit under /usr/local/cuda-X.Y; the first one is /usr/local/cuda."""
    toolkits = {toolkit.release: toolkit for toolkit in plan.stack.toolkits}
    if not toolkits:
        return
    wanted = packaged(plan.stack.toolkits)
    if wanted:
        apt.install(name="Install packaged CUDA", wanted=wanted)
        apt.hold(name="Hold packaged CUDA", sources=GPU_SOURCES, names=tuple(wanted))
    # One fixed list on every box: pyinfra would merge the turns of lists that differ.
    for known in host.loop(catalog().cuda.wheels):
        toolkit = toolkits.get(known)
        if toolkit and toolkit.lock:
            tree = f"{TREES}/cuda-{known}"
            wheels.tree(name=f"Install CUDA {known}", tree=tree, lock=toolkit.lock)
    links = {path: to for row in toolkits.values() for path, to in home_links(row).items()}
    placed(
        name="Link CUDA, and put nvcc into everybody's PATH",
        wanted=Owned(files=owned(plan.stack).files, links=links),
    )
    homes = [home(toolkit) for toolkit in toolkits.values()]
    alternative(
        name="Choose the first toolkit", link="/usr/local/cuda", choices=homes, chosen=homes[0]
    )
    if plan.stack.cuda_compat:
        _compat(plan.stack.cuda_compat)


def _compat(compat: Compat) -> None:
    apt.install(name=f"Install {compat.package}", wanted={compat.package: ""})
    apt.hold(name=f"Hold {compat.package}", sources=(), names=(compat.package,))
    refreshed(compat.package, COMPAT)
