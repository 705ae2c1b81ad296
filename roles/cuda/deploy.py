"""Install the planned CUDA toolkits side by side."""

from __future__ import annotations

from io import StringIO

from pyinfra import host
from pyinfra.api import deploy
from pyinfra.operations import files

from roles.box import apt, links, wheels
from roles.box.packages import GPU_SOURCES
from roles.box.plan import Plan
from roles.cuda.content import PROFILE, home, home_links
from roles.stack.tables import wheel_toolkits


@deploy("CUDA")
def cuda(plan: Plan) -> None:
    """Install each toolkit under /usr/local/cuda-X.Y; the first one is /usr/local/cuda."""
    toolkits = {toolkit.release: toolkit for toolkit in plan.stack.toolkits}
    if not toolkits:
        return
    for packaged in [t for t in toolkits.values() if t.packaged]:  # one at most
        apt.install(
            name=f"Install CUDA {packaged.release}",
            wanted={
                "nvidia-cuda-toolkit": f"{packaged.release}.",
                "nvidia-cuda-dev": "",
            },
        )
        apt.hold(name=f"Hold CUDA {packaged.release}", sources=GPU_SOURCES)
        links.links(name=f"Link CUDA {packaged.release}", wanted=home_links(packaged))

    # One fixed list on every box: pyinfra would merge the turns of lists that differ.
    for known in host.loop(wheel_toolkits()):
        if known.release in toolkits:
            wheels.tree(
                name=f"Install CUDA {known.release}",
                tree=f"cuda-{known.release}",
                lock=known.lock,
            )
            links.links(name=f"Link CUDA {known.release}", wanted=home_links(known))

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
