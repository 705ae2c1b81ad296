"""The paths of a toolkit's parts, and the shell profile that puts nvcc into PATH."""

from __future__ import annotations

from dlbox.host.layout import LIBRARIES
from dlbox.stack.components import Toolkit

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
