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
DRIVERS = (
    *("block", "char", "firmware", "virtio", "watchdog"),
    *("net/net_failover", "net/virtio_net"),
)
"""Those that machines have a device for, and that stand in for the driver's."""
MODULES = ("iTCO_wdt", "lpc_ich", "cfg80211", "pcspkr", "evdev", "vsock", "vmw_vmci")
# QEMU keeps translated code by its address: where programs and libraries lie at the same one in
# each process, what one has run is there for the next, and a shell script takes a third of the time.
FIXED = "norandmaps nokaslr"
# Each character of the console is emulated; "Linux version" and errors still come through.
QUIET = "loglevel=6 systemd.show_status=auto"
CMDLINE = f"mitigations=off {FIXED} {QUIET} rcupdate.rcu_expedited=1 8250.nr_uarts=1"

GENERATOR = "systemd-fstab-generator"
"""The only one that a machine needs: all others find nothing to do, one process each."""
SUBSYSTEMS = ("block", "misc", "module", "net", "pci", "rtc", "virtio")
"""What udev looks at as it starts; it would go on with each of the 64 terminals."""
TRIGGER = (
    "[Service]\nExecStart=\nExecStart=-udevadm trigger --type=all --action=add "
    "--prioritized-subsystem=block,net "
    + " ".join(f"--subsystem-match={name}" for name in SUBSYSTEMS)
    + "\n"
)
# A systemd of root's own would start with each first login and stop after each last one.
USER_MANAGER = (
    "[Service]\nType=oneshot\nRemainAfterExit=yes\nPAMName=\nDelegate=no\n"
    "ExecStart=\nExecStart=/bin/true\n"
)
DROP_INS = {"systemd-udev-trigger.service": TRIGGER, "user@.service": USER_MANAGER}

SCRIPT = '#!/bin/sh\n[ "$1" = prereqs ] && exit 0\n'
INITRAMFS = {
    # The drivers are listed, and the root's UUID is found without udev, which takes twice as long.
    "scripts/init-top/udev": SCRIPT + "exit 0\n",
    "scripts/init-bottom/udev": SCRIPT + 'mount -n -o move /dev "${rootmnt}/dev"\n',
    "hooks/zz-machine": SCRIPT + 'rm -f "${DESTDIR}/usr/lib/udev/hwdb.bin"\n',
}
"""Scripts below /etc/initramfs-tools; one of the same name takes the place of the package's."""


def few_modules() -> list[str]:
    """Return apt's options that leave out what a kernel brings for devices no machine has.

    depmod unpacks each module that is there: 20 s of emulation for each kernel and each call.
    """
    rules = [f"exclude=*/lib/modules/*/kernel/{part}/*" for part in ("drivers", "net", "sound")]
    kept = [*(f"drivers/{name}" for name in DRIVERS), "net/core"]
    rules += [f"include=*/lib/modules/*/kernel/{part}*" for part in kept]
    return [word for rule in rules for word in ("-o", f"Dpkg::Options::=--path-{rule}")]


def spare(tree: Path) -> None:
    """Mask the units and generators and blacklist the modules in a machine's tree."""
    for unit in UNITS:
        _mask(tree / "etc/systemd/system" / unit)
    for file in (tree / "usr/lib/systemd/system-generators").iterdir():
        if file.name != GENERATOR:
            _mask(tree / "etc/systemd/system-generators" / file.name)
    for unit, text in DROP_INS.items():
        drop_in = tree / f"etc/systemd/system/{unit}.d/machine.conf"
        drop_in.parent.mkdir(parents=True, exist_ok=True)
        drop_in.write_text(text, encoding="utf-8")
    lines = "".join(f"blacklist {module}\n" for module in MODULES)
    (tree / "etc/modprobe.d/machine.conf").write_text(lines, encoding="utf-8")


def _mask(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.symlink_to("/dev/null")
