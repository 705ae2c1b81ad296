"""What an emulated boot is spared: nothing here is what the tests are about, and each costs seconds."""

from __future__ import annotations

from pathlib import Path

UNITS = (
    *("getty@tty1.service", "getty-static.service", "serial-getty@ttyS0.service"),
    # apt's own timers would take apt's lock from a test, all the more after a sleep.
    *("apt-daily.timer", "apt-daily-upgrade.timer", "dpkg-db-backup.timer", "fstrim.timer"),
    *("dev-hugepages.mount", "dev-mqueue.mount", "sys-fs-fuse-connections.mount"),
    *("sys-kernel-debug.mount", "sys-kernel-tracing.mount", "sys-kernel-config.mount"),
    *("modprobe@configfs.service", "modprobe@drm.service", "modprobe@efi_pstore.service"),
    *("modprobe@fuse.service", "grub-common.service", "systemd-network-generator.service"),
    *("systemd-networkd-persistent-storage.service", "systemd-udev-load-credentials.service"),
)
MODULES = ("iTCO_wdt", "lpc_ich", "cfg80211", "pcspkr", "evdev", "vsock", "vmw_vmci")
CMDLINE = "mitigations=off systemd.ssh_auto=no 8250.nr_uarts=1"


def spare(tree: Path) -> None:
    """Mask the units and blacklist the modules in a machine's tree."""
    for unit in UNITS:
        mask = tree / "etc/systemd/system" / unit
        mask.unlink(missing_ok=True)
        mask.symlink_to("/dev/null")
    lines = "".join(f"blacklist {module}\n" for module in MODULES)
    (tree / "etc/modprobe.d/machine.conf").write_text(lines, encoding="utf-8")
