"""A toolkit lies where NVIDIA's own would."""

from __future__ import annotations

from dlbox.host.layout import LIBRARIES
from dlbox.stack.components import Toolkit
from roles.cuda.manifest import TOOLS, home, home_links


def toolkit(release: str, **fields: str) -> Toolkit:
    return Toolkit.model_validate(
        {"release": release, "min_driver": 1, "disk_gb": 1.0, **fields}
    )


def test_a_packaged_toolkit_looks_like_nvidias_own() -> None:
    packaged = toolkit(
        "12.4",
        source="distro",
        home="/usr/lib/nvidia-cuda-toolkit",
        package="nvidia-cuda-toolkit",
    )
    assert home(packaged) == "/usr/local/cuda-12.4"
    links = home_links(packaged)
    assert links["/usr/local/cuda-12.4/bin/nvcc"] == "/usr/bin/nvcc"
    assert links["/usr/local/cuda-12.4/include"] == "/usr/include"
    assert links["/usr/local/cuda-12.4/lib64"] == "/usr/lib/x86_64-linux-gnu"
    assert len(links) == len(TOOLS) + 2


def test_a_toolkit_from_wheels_looks_like_nvidias_own() -> None:
    wheels = toolkit("13.5", source="wheels", home="nvidia/cu13", lock="cuda-13.5")
    assert home_links(wheels) == {
        "/usr/local/cuda-13.5/bin": f"{LIBRARIES}/cuda-13.5/nvidia/cu13/bin",
        "/usr/local/cuda-13.5/include": f"{LIBRARIES}/cuda-13.5/nvidia/cu13/include",
        "/usr/local/cuda-13.5/lib64": f"{LIBRARIES}/cuda-13.5/nvidia/cu13/lib",
        "/usr/local/cuda-13.5/nvvm": f"{LIBRARIES}/cuda-13.5/nvidia/cu13/nvvm",
    }


def test_nvidias_own_toolkit_needs_no_links() -> None:
    own = toolkit(
        "13.0", source="nvidia", home="/usr/local/cuda-13.0", package="cuda-toolkit-13-0"
    )
    assert home(own) == own.home
    assert home_links(own) == {}
