"""Install the planned CUDA toolkits side by side."""

from __future__ import annotations

from io import StringIO

from pyinfra import host
from pyinfra.api import deploy
from pyinfra.operations import files

from roles.box import apt, links, wheels
from roles.box.loader import tell_loader
from roles.box.packages import GPU_SOURCES
from roles.box.plan import Plan
from roles.cuda.content import PROFILE, home, home_links
from roles.stack.parts import Compat
from roles.stack.tables import catalog


@deploy("CUDA")
def cuda(plan: Plan) -> None:
    """Install each toolkit under /usr/local/cuda-X.Y; the first one is /usr/local/cuda."""
    toolkits = {toolkit.release: toolkit for toolkit in plan.stack.toolkits}
    if not toolkits:
        return
    packaged = [toolkit for toolkit in toolkits.values() if toolkit.package]
    wanted = {str(toolkit.package): f"{toolkit.release}." for toolkit in packaged}
    if "nvidia-cuda-toolkit" in wanted:
        wanted["nvidia-cuda-dev"] = ""
    if wanted:
        apt.install(name="Install packaged CUDA", wanted=wanted)
        apt.hold(name="Hold packaged CUDA", sources=GPU_SOURCES, names=tuple(wanted))
        merged = {path: to for toolkit in packaged for path, to in home_links(toolkit).items()}
        links.links(name="Link packaged CUDA", wanted=merged)

    # One fixed list on every box: pyinfra would merge the turns of lists that differ.
    for known in host.loop(catalog().cuda.wheels):
        toolkit = toolkits.get(known)
        if toolkit and toolkit.lock:
            wheels.tree(name=f"Install CUDA {known}", tree=f"cuda-{known}", lock=toolkit.lock)
            links.links(name=f"Link CUDA {known}", wanted=home_links(toolkit))

    homes = [home(toolkit) for toolkit in toolkits.values()]
    links.alternative(
        name="Choose the first toolkit", link="/usr/local/cuda", choices=homes, chosen=homes[0]
    )
    files.put(
        name="Put nvcc into everybody's PATH",
        src=StringIO(PROFILE),
        dest="/etc/profile.d/dlbox-cuda.sh",
        mode="644",
    )
    if plan.stack.cuda_compat:
        _compat(plan.stack.cuda_compat)


def _compat(compat: Compat) -> None:
    apt.install(name=f"Install {compat.package}", wanted={compat.package: ""})
    apt.hold(name=f"Hold {compat.package}", sources=(), names=(compat.package,))
    # The package tells no loader of itself; 00: before the driver's own libcuda.
    tell_loader(
        compat.package, "00dlbox-cuda-compat", f"/usr/local/cuda-{compat.release}/compat"
    )
