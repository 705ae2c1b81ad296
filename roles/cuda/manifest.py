"""The manifest of the cuda role."""

from __future__ import annotations

from dlbox.host.layout import LIBRARIES, lock_digest
from dlbox.settings.schema import Settings
from dlbox.stack.components import Toolkit
from dlbox.stack.model import Stack
from dlbox.state.manifest import FileContent, Manifest
from roles.cuda.content import PROFILE, home, home_links

COMPAT = "/etc/ld.so.conf.d/00dlbox-cuda-compat.conf"
"""00 sorts it before the driver's own libcuda. The package itself does not configure the
loader."""


def manifest(settings: Settings, stack: Stack) -> Manifest:
    """Return the manifest: files, links, wheel trees and packages of the toolkits."""
    del settings
    if not stack.toolkits:
        return Manifest()
    compat = stack.cuda_compat
    more = {compat.package: ""} if compat else {}
    loader = (
        {COMPAT: FileContent(f"/usr/local/cuda-{compat.release}/compat\n")} if compat else {}
    )
    return Manifest(
        files={"/etc/profile.d/dlbox-cuda.sh": FileContent(PROFILE), **loader},
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
            f"{LIBRARIES}/cuda-{toolkit.release}": lock_digest(toolkit.lock)
            for toolkit in stack.toolkits
            if toolkit.lock
        },
        packages={**packaged(stack.toolkits), **more},
    )


def packaged(toolkits: tuple[Toolkit, ...]) -> dict[str, str]:
    """Return package -> prefix of its version, for the toolkits that come from packages."""
    wanted = {str(t.package): f"{t.release}." for t in toolkits if t.package}
    return wanted | ({"nvidia-cuda-dev": ""} if "nvidia-cuda-toolkit" in wanted else {})


def wheel_locks(settings: Settings, stack: Stack) -> dict[str, str | None]:
    """Return the locks of the wheels that the role installs."""
    del settings
    return {toolkit.lock: None for toolkit in stack.toolkits if toolkit.lock}
