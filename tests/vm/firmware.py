"""The UEFI firmware of machines, as Debian's ovmf brings it."""

from __future__ import annotations

import shutil
from pathlib import Path

from dlbox.sandbox.engine import BoxError
from tests.vm.command import call

OVMF = Path("/usr/share/OVMF")


def code(*, secure_boot: bool) -> Path:
    """Return the firmware; that of Secure Boot guards its variables with SMM."""
    return _found("OVMF_CODE_4M.ms.fd" if secure_boot else "OVMF_CODE_4M.fd")


def new_variables(target: Path, *, secure_boot: bool) -> Path:
    """Write a machine's own variables, as qcow2 since only that can be snapshotted."""
    source = _found("OVMF_VARS_4M.ms.fd" if secure_boot else "OVMF_VARS_4M.fd")
    call(["qemu-img", "convert", "-f", "raw", "-O", "qcow2", source, target])
    return target


def _found(name: str) -> Path:
    if not shutil.which("qemu-system-x86_64") or not (OVMF / name).exists():
        msg = "machines need qemu-system-x86 and ovmf: apt-get install qemu-system-x86 ovmf"
        raise BoxError(msg)
    return OVMF / name
