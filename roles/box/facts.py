"""What a box says about itself before anything is decided."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pyinfra.api import FactBase
from pyinfra.api.exceptions import FactProcessError
from typing_extensions import override

from roles.box import pcie

IDENTITY = r"""
. /etc/os-release; echo "system $ID-$VERSION_ID"
echo "arch $(uname -m)"
echo "uid $(id -u)"
if [ -d /run/systemd/system ]; then echo "init systemd"; else echo "init other"; fi
if [ -e /run/systemd/container ] || [ -e /run/.containerenv ] || [ -e /.dockerenv ]; then
  echo "container yes"
fi
echo "clock $(date +%s)"
echo "free_kb $(df -Pk /opt 2>/dev/null | awk 'NR==2 {print $4}')"
if sudo -n true 2>/dev/null; then echo "sudo free"
elif command -v sudo >/dev/null; then echo "sudo password"; else echo "sudo none"; fi
for path in /usr/bin/nvidia-uninstall /usr/local/cuda/bin/cuda-uninstaller; do
  if [ -e "$path" ]; then echo "foreign $path"; fi
done
for kernel in $(cd /boot 2>/dev/null && ls vmlinuz-* 2>/dev/null | sort -rV); do
  echo "kernel ${kernel#vmlinuz-}"
done
secure=$(od -An -t u1 -j 4 -N 1 /sys/firmware/efi/efivars/SecureBoot-* 2>/dev/null | tr -d ' ')
echo "secure_boot ${secure:-0}"
if [ -d /usr/local/cuda ] && [ ! -L /usr/local/cuda ]; then echo "foreign /usr/local/cuda"; fi
for device in /sys/bus/pci/devices/*; do
  read -r vendor 2>/dev/null <"$device/vendor" || continue
  read -r id <"$device/device"; read -r class <"$device/class"
  case "$vendor$class" in
    0x10de0x0300*|0x10de0x0302*) echo "gpu 10de:${id#0x}" ;;
    0x10de0x0680*) echo "bridge ${id#0x}" ;;
    0x15b30x0207*) if grep -qs SW_MNG "$device/vpd"; then echo "bridge nvlink5"; fi ;;
  esac
done
""" + pcie.survey()
"""One command, because each costs a round trip; prints lines of ``key value``."""


@dataclass(frozen=True)
class Identity:
    """A box as it stands."""

    system: str
    """Distribution and release, e.g. debian-13."""
    arch: str
    uid: int
    systemd: bool
    """Whether systemd runs; without it units are installed, not started."""
    clock: int
    """Seconds since 1970 by the box's clock."""
    free_gb: float
    """Free disk where the stack goes, GB."""
    sudo: str
    """free, password or none."""
    foreign: tuple[str, ...]
    """What NVIDIA's .run installers left: their uninstallers, or a CUDA where ours must be a link."""
    pci_gpus: tuple[str, ...]
    """PCI ids of the NVIDIA GPUs on the bus, one per card."""
    bridges: tuple[str, ...] = ()
    """Device ids of NVIDIA's bridges; nvlink5: an NVLink 5 switch, which only root can see."""
    kernels: tuple[str, ...] = ()
    """Those installed, the newest first; a container has none."""
    secure_boot: bool = False
    container: bool = False
    slots: tuple[pcie.Slot, ...] = ()
    """The NVIDIA cards on the bus with the lanes they got."""


def identity(lines: Iterable[str]) -> Identity:
    """Read what IDENTITY printed."""
    pairs = [line.strip().partition(" ") for line in lines]
    word = {key: value for key, _, value in pairs}

    def every(wanted: str) -> tuple[str, ...]:
        return tuple(value for key, _, value in pairs if key == wanted)

    return Identity(
        system=word["system"],
        arch=word["arch"],
        uid=int(word["uid"]),
        systemd=word["init"] == "systemd",
        container="container" in word,
        clock=int(word["clock"]),
        free_gb=int(word["free_kb"]) * 1024 / 1e9,
        sudo=word["sudo"],
        foreign=every("foreign"),
        pci_gpus=every("gpu"),
        bridges=every("bridge"),
        kernels=every("kernel"),
        secure_boot=word.get("secure_boot") == "1",
        slots=tuple(pcie.slot(value) for value in every("pcie")),
    )


class BoxIdentity(FactBase[Identity]):
    """The box as it stands."""

    @override
    def command(self, *args: Any, **kwargs: Any) -> str:
        return IDENTITY

    @override
    def process(self, output: Iterable[str]) -> Identity:
        lines = list(output)
        try:
            return identity(lines)
        except (KeyError, TypeError, ValueError) as error:
            msg = f"cannot make out what the box is: {error} in {lines}"
            raise FactProcessError(msg) from error
