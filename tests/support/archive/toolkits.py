"""CUDA toolkits without a driver, and the metapackages that drag one in."""

from __future__ import annotations

from tests.support.archive.stub import Stub

NVCC = {
    "12.4": "12.4.131",
    "12.6": "12.6.85",
    "12.8": "12.8.93",
    "12.9": "12.9.86",
    "13.0": "13.0.88",
    "13.1": "13.1.115",
    "13.2": "13.2.78",
    "13.3": "13.3.73",
}
"""Release -> the version its nvcc says; the repository's own is release.1-1."""
PROGRAM = """\
#!/bin/sh
# STUB made by dlbox's tests
echo "nvcc: NVIDIA (R) Cuda compiler driver (STUB made by dlbox's tests)"
echo "Cuda compilation tools, release {release}, V{version}"
"""


def toolkits(releases: tuple[str, ...], *, drivers: str) -> list[Stub]:
    """Return the toolkits, newest last; `drivers` is what the `cuda` metapackages ask for."""
    stubs = [stub for release in releases for stub in _toolkit(release, drivers)]
    newest = {release.split(".")[0]: release for release in releases}
    last = releases[-1]
    return [
        *stubs,
        *(
            _meta(f"cuda-toolkit-{major}", release, f"cuda-toolkit-{_dashed(release)}")
            for major, release in newest.items()
        ),
        *(
            _meta(name, last, f"{name}-{_dashed(last)} (>= {last})")
            for name in ("cuda-toolkit", "cuda")
        ),
    ]


def _toolkit(release: str, drivers: str) -> list[Stub]:
    dashed, nvcc = _dashed(release), NVCC[release]
    home, config = f"/usr/local/cuda-{release}", f"cuda-toolkit-{dashed}-config-common"
    program = PROGRAM.format(release=release, version=nvcc)
    link = f"/usr/local/cuda cuda {home} {release.replace('.', '')}"
    scripts = {
        "postinst": f"#!/bin/sh\nupdate-alternatives --quiet --install {link}\n",
        "prerm": f"#!/bin/sh\nupdate-alternatives --quiet --remove cuda {home}\n",
    }
    parts = (f"cuda-nvcc-{dashed}", f"cuda-cudart-dev-{dashed}", config)
    return [
        Stub(config, f"{release}.79-1", architecture="all", scripts=scripts),
        Stub(parts[0], f"{nvcc}-1", executables={f"{home}/bin/nvcc": program}),
        Stub(parts[1], f"{release}.79-1", files={f"{home}/include/STUB": "cuda_runtime.h\n"}),
        _meta(f"cuda-toolkit-{dashed}", release, *parts),
        _meta(f"cuda-runtime-{dashed}", release, drivers),
        _meta(f"cuda-{dashed}", release, f"cuda-toolkit-{dashed}", f"cuda-runtime-{dashed}"),
    ]


def _meta(name: str, release: str, *depends: str) -> Stub:
    return Stub(name, f"{release}.1-1", depends=depends)


def _dashed(release: str) -> str:
    return release.replace(".", "-")
