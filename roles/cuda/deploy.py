"""Install the planned CUDA toolkits side by side."""

from __future__ import annotations

from pyinfra import host
from pyinfra.api import deploy

from dlbox.host import apt, wheels
from dlbox.host.apt_facts import GPU_SOURCES
from dlbox.host.cuda_library import refresh_loader
from dlbox.host.files import alternative, ensure_files
from dlbox.host.layout import LIBRARIES
from dlbox.plan.plan import Plan
from dlbox.stack.catalog_loader import catalog
from dlbox.stack.components import Compat
from dlbox.state.manifest import Manifest
from roles.cuda.manifest import COMPAT, home, home_links, manifest, toolkit_packages


@deploy("CUDA")
def cuda(plan: Plan) -> None:
    """Install each toolkit under /usr/local/cuda-X.Y; the first one is /usr/local/cuda."""
    toolkits = {toolkit.release: toolkit for toolkit in plan.stack.toolkits}
    if not toolkits:
        return
    wanted = plan.pinned(toolkit_packages(plan.stack.toolkits))
    if wanted:
        apt.install(name="Install packaged CUDA", wanted=wanted)
        apt.hold(name="Hold packaged CUDA", sources=GPU_SOURCES, names=tuple(wanted))
    # The same list on every box: pyinfra would merge the iterations of lists that differ.
    for known in host.loop(catalog().cuda.wheels):
        toolkit = toolkits.get(known)
        if toolkit and toolkit.lock:
            tree = plan.wheel_tree(f"{LIBRARIES}/cuda-{known}", toolkit.lock)
            wheels.libraries(name=f"Install CUDA {known}", tree=tree)
    links = {path: to for row in toolkits.values() for path, to in home_links(row).items()}
    ensure_files(
        name="Link CUDA, and put nvcc into PATH for all users",
        wanted=Manifest(files=manifest(plan.settings, plan.stack).files, links=links),
    )
    homes = [home(toolkit) for toolkit in toolkits.values()]
    alternative(
        name="Choose the first toolkit", link="/usr/local/cuda", choices=homes, chosen=homes[0]
    )
    if plan.stack.cuda_compat:
        _compat(plan, plan.stack.cuda_compat)


def _compat(plan: Plan, compat: Compat) -> None:
    wanted = plan.pinned({compat.package: ""})
    apt.install(name=f"Install {compat.package}", wanted=wanted)
    apt.hold(name=f"Hold {compat.package}", sources=(), names=(compat.package,))
    refresh_loader(compat.package, COMPAT)
