"""Find out whether KVM runs a guest here, by running one."""

from __future__ import annotations

import os
import subprocess
from functools import cache
from pathlib import Path
from threading import Timer

from tests.vm.firmware import code

KVM = Path("/dev/kvm")
PROBE_S = 8


@cache
def accelerator() -> str:
    """Return QEMU's accelerator; tried once per process."""
    return "kvm" if os.access(KVM, os.R_OK | os.W_OK) and _runs() else "tcg,thread=multi"


def _runs() -> bool:
    # On some machines /dev/kvm opens and the guest never executes anything.
    firmware = f"if=pflash,unit=0,readonly=on,format=raw,file={code(secure_boot=False)}"
    argv = ["qemu-system-x86_64", "-nodefaults", "-display", "none"]
    argv += ["-machine", "q35,accel=kvm", "-drive", firmware, "-serial", "stdio"]
    with subprocess.Popen(
        argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as qemu:
        late = Timer(PROBE_S, qemu.kill)
        late.start()
        try:
            return any(b"BdsDxe" in line for line in qemu.stdout or ())
        finally:
            late.cancel()
            qemu.kill()
