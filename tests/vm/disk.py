"""Make the disk of a machine from a container box, without mounts and loop devices."""

from __future__ import annotations

import tempfile
from pathlib import Path

from dlbox.sandbox.container import Container
from tests.vm.command import call
from tests.vm.layout import (
    ESP_SIZE,
    ESP_START,
    ESP_UUID,
    GPT_TAIL,
    MIB,
    ROOT_START,
    ROOT_UUID,
    partitions,
)
from tests.vm.tree import settle, unpack

SIGNED = "usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed"
SHIM = "usr/lib/shim/shimx64.efi.signed"
GRUB_CFG = (
    f"search.fs_uuid {ROOT_UUID} root\n"
    "set prefix=($root)'/boot/grub'\n"
    "configfile $prefix/grub.cfg\n"
)


def make_disk(box: Container, disk: Path, public_key: str, *, size: int = 24576 * MIB) -> Path:
    """Write a sparse disk whose machine lets the key in as root, and return its path."""
    box.run("update-grub")
    with tempfile.TemporaryDirectory(prefix="dlbox-vm-", dir=disk.parent) as folder:
        tree = Path(folder)
        unpack(box, tree)
        settle(tree, disk.stem, public_key)
        with disk.open("wb") as file:
            file.truncate(size)
        call(["sfdisk", "--quiet", disk], text=partitions(size))
        _esp(tree, disk)
        _root(tree, disk, size - ROOT_START - GPT_TAIL)
    return disk


def _esp(tree: Path, disk: Path) -> None:
    where = f"{disk}@@{ESP_START}"
    serial = ESP_UUID.replace("-", "")
    # mformat would put a partition table into the file system, and grub-probe warns of it.
    kind: list[str | int] = ["-F", 16, "-i", serial, "--offset", ESP_START // 512]
    call(["mkfs.fat", *kind, disk, ESP_SIZE // 1024])
    call(["mmd", "-i", where, "::/EFI", "::/EFI/BOOT", "::/EFI/debian"])
    for source, target in (
        (SHIM, "BOOT/BOOTX64.EFI"),
        (SIGNED, "BOOT/grubx64.efi"),
        (SHIM, "debian/shimx64.efi"),
        (SIGNED, "debian/grubx64.efi"),
    ):
        call(["mcopy", "-i", where, tree / source, f"::/EFI/{target}"])
    # Debian's signed GRUB looks for it here, wherever it was started from.
    call(["mcopy", "-i", where, "-", "::/EFI/debian/grub.cfg"], text=GRUB_CFG)


def _root(tree: Path, disk: Path, size: int) -> None:
    # The file is full of holes, so the tables need no zeroes: neither now nor when it boots.
    zeroed = "lazy_itable_init=0,assume_storage_prezeroed=1"
    extended = f"offset={ROOT_START},root_owner=0:0,{zeroed}"
    named = ["-t", "ext4", "-U", ROOT_UUID, "-E", extended]
    call(["mke2fs", "-q", "-F", *named, "-d", tree, disk, f"{size // 1024}k"], timeout=900)


def overlay(base: Path, disk: Path) -> Path:
    """Return a new disk that holds only what differs from a base, which must not change."""
    kind = "qcow2" if base.suffix == ".qcow2" else "raw"
    call(["qemu-img", "create", "-q", "-f", "qcow2", "-F", kind, "-b", base.resolve(), disk])
    return disk
