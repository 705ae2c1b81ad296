"""The command line of QEMU for one machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.vm.accelerator import accelerator
from tests.vm.firmware import code

# Emulation gets slower with each feature the guest finds and uses; this is x86-64-v2 and no more.
EMULATED_CPU = "qemu64,svm=off,+ssse3,+sse4.1,+sse4.2,+popcnt"
# Emulated by QEMU before 8.1, a kernel that patches itself beside a second CPU may die of an
# int3 it has removed already: https://bugzilla.redhat.com/show_bug.cgi?id=2216496
EMULATED_CPUS = 1


@dataclass(frozen=True)
class Hardware:
    """What a machine has."""

    memory_mb: int = 1024
    cpus: int = 2
    """Of KVM; an emulated machine has one."""
    secure_boot: bool = False


def command(
    hardware: Hardware, folder: Path, port: int, extra: Sequence[str] = ()
) -> list[str]:
    """Return the command that runs the machine of a folder."""
    pflash = "if=pflash,unit={},format={},file={}"
    firmware = code(secure_boot=hardware.secure_boot)
    kvm = accelerator() == "kvm"
    # No device that nobody requested: each costs the boot a driver.
    machine = "q35,sata=off,smbus=off,vmport=off"
    # The firmware guards its variables with SMM, and MokManager wants a keyboard.
    guarded = "smm=on,i8042=on" if hardware.secure_boot else "smm=off,i8042=off"
    smm = ["-global", "driver=cfi.pflash01,property=secure,value=on"]
    return [
        # A machine must not outlive the process that started it, however that one ends.
        *("setpriv", "--pdeathsig", "KILL"),
        *("qemu-system-x86_64", "-nodefaults", "-no-user-config", "-display", "none"),
        *("-machine", f"{machine},{guarded}"),
        *(smm if hardware.secure_boot else ()),
        *("-accel", accelerator(), "-cpu", "host" if kvm else EMULATED_CPU),
        *("-smp", str(hardware.cpus if kvm else EMULATED_CPUS), "-m", str(hardware.memory_mb)),
        *("-drive", pflash.format(0, "raw,readonly=on", firmware)),
        *("-drive", pflash.format(1, "qcow2", folder / "variables.qcow2")),
        # Unsafe: only the end of this whole machine could lose what the guest has written.
        *("-drive", f"if=none,id=disk,file={folder / 'disk.qcow2'},cache=unsafe,discard=unmap"),
        *("-device", "virtio-blk-pci,drive=disk,bootindex=0", "-device", "virtio-rng-pci"),
        *("-netdev", f"user,id=net,ipv6=off,hostfwd=tcp:127.0.0.1:{port}-:22"),
        *("-device", "virtio-net-pci,netdev=net,romfile="),
        *("-chardev", f"file,id=serial,append=on,path={folder / 'serial.log'}"),
        *("-serial", "chardev:serial"),
        *("-qmp", f"unix:{folder / 'qmp'},server=on,wait=off"),
        *("-qmp", f"unix:{folder / 'events'},server=on,wait=off", "-no-reboot"),
        *extra,
    ]
