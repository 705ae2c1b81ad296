"""Print which CUDA libraries a venv would load, as one JSON object."""

import ctypes
import json
from importlib import metadata
from pathlib import Path
from sysconfig import get_path

site = Path(get_path("purelib"))
# The wheels of CUDA 12 have a folder each; those of CUDA 13 share one.
CUDART = ("nvidia/cuda_runtime/lib/libcudart.so.*", "nvidia/cu*/lib/libcudart.so.*")
CUBLAS = ("nvidia/cublas/lib/libcublasLt.so.*", "nvidia/cu*/lib/libcublasLt.so.*")


def load(*patterns: str) -> ctypes.CDLL:
    """Load the one library that the patterns match among the venv's own wheels."""
    [path] = sorted({path for pattern in patterns for path in site.glob(pattern)})
    return ctypes.CDLL(str(path), mode=ctypes.RTLD_GLOBAL)


def release() -> str:
    """Return the release of the CUDA runtime, under either name of its wheel."""
    names = {each.metadata["Name"]: each.version for each in metadata.distributions()}
    [version] = [
        names[n] for n in ("nvidia-cuda-runtime-cu12", "nvidia-cuda-runtime") if n in names
    ]
    return ".".join(version.split(".")[:2])


load(*CUDART)
load(*CUBLAS)
nccl = ctypes.c_int()
load("nvidia/nccl/lib/libnccl.so.*").ncclGetVersion(ctypes.byref(nccl))
cudnn = load("nvidia/cudnn/lib/libcudnn.so.*").cudnnGetVersion()
print(json.dumps({"cuda": release(), "cudnn": cudnn, "nccl": nccl.value}))
