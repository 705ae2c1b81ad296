"""A libcuda.so.1 of a machine without a GPU, for programs that were really compiled."""

from __future__ import annotations

import subprocess
import tempfile
from functools import cache
from pathlib import Path

CUDA = {
    535: 12020,
    550: 12040,
    570: 12080,
    575: 12090,
    580: 13000,
    590: 13010,
    595: 13020,
    610: 13030,
    615: 13040,
    620: 13050,
}
"""Driver branch -> the newest CUDA it runs, as cuDriverGetVersion says it."""

# Without libc, so that it loads on any release whatever this machine is.
SOURCE = """
static int same(const char *a, const char *b) {
  while (*a && *a == *b) a++, b++;
  return *a == *b;
}
int cuInit(unsigned flags) { return 100; }
int cuDriverGetVersion(int *version) { *version = CUDA; return 0; }
int cuDeviceGetCount(int *count) { *count = 0; return 3; }
static int without_device(void) { return 100; }
int cuGetProcAddress_v2(const char *name, void **function, int cuda, unsigned long long flags, int *status);
int cuGetProcAddress(const char *name, void **function, int cuda, unsigned long long flags) {
  return cuGetProcAddress_v2(name, function, cuda, flags, 0);
}
int cuGetProcAddress_v2(const char *name, void **function, int cuda, unsigned long long flags, int *status) {
  if (status) *status = 0;
  *function = (void *)without_device;
  if (same(name, "cuInit")) *function = (void *)cuInit;
  if (same(name, "cuDriverGetVersion")) *function = (void *)cuDriverGetVersion;
  if (same(name, "cuDeviceGetCount")) *function = (void *)cuDeviceGetCount;
  if (same(name, "cuGetProcAddress"))
    *function = cuda >= 12000 ? (void *)cuGetProcAddress_v2 : (void *)cuGetProcAddress;
  return 0;
}
"""


class NoCompiler(RuntimeError):  # noqa: N818 - the name says it
    """The library cannot be compiled here; the message is one line for a person."""


@cache
def libcuda(branch: int) -> bytes:
    """Return the library of a driver branch."""
    with tempfile.TemporaryDirectory(prefix="dlbox-libcuda-") as folder:
        made = Path(folder) / "libcuda.so.1"
        alone = [
            "-shared",
            "-fPIC",
            "-O1",
            "-s",
            "-nostdlib",
            "-ffreestanding",
            "-fno-stack-protector",
        ]
        says = [f"-DCUDA={CUDA[branch]}", "-Wl,-soname,libcuda.so.1", "-x", "c", "-"]
        try:
            done = subprocess.run(
                ["cc", *alone, "-o", str(made), *says],
                input=SOURCE, text=True, capture_output=True, check=False,
            )  # fmt: skip
        except FileNotFoundError as error:
            msg = "cc is missing, and the stub of libcuda.so.1 is compiled; install gcc"
            raise NoCompiler(msg) from error
        if done.returncode:
            msg = f"the stub of libcuda.so.1 does not compile: {done.stderr.splitlines()[-1]}"
            raise NoCompiler(msg)
        return made.read_bytes()
