"""What the cuda role owns on a box."""

from __future__ import annotations

from roles.box.layout import TREES, stamp
from roles.box.owned import Owned, Text
from roles.cuda.content import PROFILE, home, home_links
from roles.stack.model import Stack
from roles.stack.parts import Toolkit

COMPAT = "/etc/ld.so.conf.d/00dlbox-cuda-compat.conf"
"""00: before the driver's own libcuda. The package itself tells no loader."""


def owned(stack: Stack) -> Owned:
    """Return it."""
    if not stack.toolkits:
        return Owned()
    compat = stack.cuda_compat
    more = {compat.package: ""} if compat else {}
    tells = {COMPAT: Text(f"/usr/local/cuda-{compat.release}/compat\n")} if compat else {}
    return Owned(
        files={"/etc/profile.d/dlbox-cuda.sh": Text(PROFILE), **tells},
        links={
            **{
                path: to
                for toolkit in stack.toolkits
                for path, to in home_links(toolkit).items()
            },
            "/usr/local/cuda": "/etc/alternatives/cuda",
            "/etc/alternatives/cuda": home(stack.toolkits[0]),
        },
        trees={
            f"{TREES}/cuda-{toolkit.release}": stamp(toolkit.lock)
            for toolkit in stack.toolkits
            if toolkit.lock
        },
        packages={**packaged(stack.toolkits), **more},
    )


def packaged(toolkits: tuple[Toolkit, ...]) -> dict[str, str]:
    """Return the toolkits' packages -> what their versions begin with."""
    wanted = {str(t.package): f"{t.release}." for t in toolkits if t.package}
    return wanted | ({"nvidia-cuda-dev": ""} if "nvidia-cuda-toolkit" in wanted else {})
