"""What the cuda role owns on a box: the paths of a toolkit, its shell profile, and its manifest."""

from __future__ import annotations

from dlbox.host.layout import LIBRARIES, lock_digest
from dlbox.settings.schema import Settings
from dlbox.stack.components import Toolkit
from dlbox.stack.model import Stack
from dlbox.state.manifest import FileContent, Manifest

# The toolkit without the GUIs of Nsight and the profiler, which are only recommended packages.
TOOLS = (
    "bin2c",
    "cudafe++",
    "cuobjdump",
    "fatbinary",
    "nvcc",
    "nvdisasm",
    "nvlink",
    "nvprune",
    "ptxas",
)

PROFILE = """\
# Written by dlbox. No LD_LIBRARY_PATH: it would put these libraries before those that each
# framework's wheels bring along, and break them.
case ":$PATH:" in
  *:/usr/local/cuda/bin:*) ;;
  *) PATH="/usr/local/cuda/bin:$PATH" ;;
esac
export CUDA_HOME=/usr/local/cuda
"""


def home(toolkit: Toolkit) -> str:
    """Return the folder by which people know the toolkit."""
    return f"/usr/local/cuda-{toolkit.release}"


def home_links(toolkit: Toolkit) -> dict[str, str]:
    """Return the links that make ``home`` look as it does with NVIDIA's own packages."""
    here = home(toolkit)
    if toolkit.source == "nvidia":
        return {}
    if toolkit.lock:
        tree = f"{LIBRARIES}/cuda-{toolkit.release}/{toolkit.home}"
        parts = {"bin": "bin", "include": "include", "lib64": "lib", "nvvm": "nvvm"}
        return {f"{here}/{part}": f"{tree}/{folder}" for part, folder in parts.items()}
    return {
        f"{here}/include": "/usr/include",
        f"{here}/lib64": "/usr/lib/x86_64-linux-gnu",
        **{f"{here}/bin/{tool}": f"/usr/bin/{tool}" for tool in TOOLS},
    }


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
        packages={**toolkit_packages(stack.toolkits), **more},
    )


def toolkit_packages(toolkits: tuple[Toolkit, ...]) -> dict[str, str]:
    """Return package -> prefix of its version, for the toolkits that come from packages."""
    wanted = {str(t.package): f"{t.release}." for t in toolkits if t.package}
    return wanted | ({"nvidia-cuda-dev": ""} if "nvidia-cuda-toolkit" in wanted else {})


def wheel_locks(settings: Settings, stack: Stack) -> dict[str, str | None]:
    """Return the locks of the wheels that the role installs."""
    del settings
    return {toolkit.lock: None for toolkit in stack.toolkits if toolkit.lock}
