"""Read off which CUDA libraries a venv would load; prints one JSON object."""

import ctypes
import json
from importlib import metadata
from pathlib import Path
from sysconfig import get_path

site = Path(get_path("purelib"))


def load(pattern: str) -> ctypes.CDLL:
    """Load the one library of the venv's own wheels that the pattern names."""
    [path] = sorted(site.glob(pattern))
    return ctypes.CDLL(str(path), mode=ctypes.RTLD_GLOBAL)


for needed in ("nvidia/cuda_runtime/lib/libcudart.so.*", "nvidia/cublas/lib/libcublasLt.so.*"):
    load(needed)
nccl = ctypes.c_int()
load("nvidia/nccl/lib/libnccl.so.*").ncclGetVersion(ctypes.byref(nccl))
cudnn = load("nvidia/cudnn/lib/libcudnn.so.*").cudnnGetVersion()
runtime = metadata.version("nvidia-cuda-runtime-cu12")
print(
    json.dumps({"cuda": ".".join(runtime.split(".")[:2]), "cudnn": cudnn, "nccl": nccl.value})
)
