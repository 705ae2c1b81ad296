"""Train a line with JAX on the CPU; print the result as one JSON object.

JAX compiles for the card at run time: the targets of its own ptxas are what it can compile for.
"""

import json
import re
import subprocess
from pathlib import Path
from sysconfig import get_path

import jax
import jax.numpy as jnp

cpu = jax.devices("cpu")[0]
x = jax.device_put(jnp.linspace(-1, 1, 64), cpu)
w = jax.device_put(jnp.zeros(2), cpu)
step = jax.jit(
    lambda w: w - 0.3 * jax.grad(lambda w: jnp.mean((w[0] * x + w[1] - 3 * x - 1) ** 2))(w)
)
for _ in range(200):
    w = step(w)
# The wheels of CUDA 12 have a folder each; those of CUDA 13 share one.
[ptxas] = Path(get_path("purelib")).glob("nvidia/cu*/bin/ptxas")
says = subprocess.run([str(ptxas), "--help"], capture_output=True, text=True, check=True).stdout
found = {
    "version": jax.__version__,
    "archs": sorted(set(re.findall(r"sm_\d+", says))),
    "gpus": len([device for device in jax.devices() if device.platform == "gpu"]),
    "slope": round(float(w[0]), 3),
}
print(json.dumps(found))
