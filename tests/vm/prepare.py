"""Turn a container box into a machine image: kernels, initramfs, GRUB and a network of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dlbox.sandbox.container import Container
from tests.vm.fast_boot import CMDLINE, INITRAMFS
from tests.vm.layout import ROOT_UUID

GRUB_PROBE = "/usr/sbin/grub-probe"
# Nobody cuts the power of the container, and each file of a kernel would be waited for.
UNSAFE = ("-o", "Dpkg::Options::=--force-unsafe-io")
APT = ("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", *UNSAFE, "install", "--yes")
BOOT = ("grub-efi-amd64", "grub-efi-amd64-signed", "shim-signed")
# Beside the initramfs: logind, which knows who is logged in.
EARLY = ("initramfs-tools", "zstd", "dbus", "libpam-systemd")
FILES = {
    # "most" packs the drivers of every disk and network card, and unpacking is emulated too.
    "/etc/initramfs-tools/conf.d/machine": "MODULES=list\n",
    "/etc/initramfs-tools/modules": "virtio_pci\nvirtio_blk\next4\n",
    "/etc/default/grub.d/machine.cfg": (
        "GRUB_TIMEOUT=0\nGRUB_TERMINAL=console\n"
        f'GRUB_CMDLINE_LINUX="console=ttyS0,115200 {CMDLINE}"\n'
        'GRUB_CMDLINE_LINUX_DEFAULT=""\n'
    ),
    "/etc/systemd/network/machine.network": "[Match]\nName=en*\n\n[Network]\nDHCP=ipv4\n",
}


def prepare(box: Container, kernels: Sequence[str], options: Sequence[str] = ()) -> None:
    """Install kernels (packages) and what boots them; the box stays usable as a container."""
    for path, text in FILES.items():
        box.run("install", "-D", "-m", "644", "/dev/stdin", path, input=text)
    for path, text in INITRAMFS.items():
        target = f"/etc/initramfs-tools/{path}"
        box.run("install", "-D", "-m", "755", "/dev/stdin", target, input=text)
    box.run("apt-get", "update")
    # Before the kernels, which call for an initramfs as they are configured.
    box.run(*APT, "--no-install-recommends", *EARLY, timeout=900)
    box.run(*APT, *options, "--no-install-recommends", *kernels, *BOOT, timeout=900)
    box.run("dpkg-divert", "--local", "--rename", "--add", GRUB_PROBE)
    probe = Path(__file__).with_name("grub-probe").read_text(encoding="utf-8")
    stand_in = probe.replace("ROOT_UUID", ROOT_UUID)
    box.run("install", "-m", "755", "/dev/stdin", GRUB_PROBE, input=stand_in)
    box.run("systemctl", "enable", "systemd-networkd.service")
    box.run("update-grub")
