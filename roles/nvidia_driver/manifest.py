"""What the nvidia_driver role owns on a box: its packages and texts, and its manifest."""

from __future__ import annotations

import re
from collections.abc import Iterable

from dlbox.host.deb822 import stanza
from dlbox.settings.schema import Settings
from dlbox.stack.components import Driver
from dlbox.stack.model import Stack
from dlbox.state.manifest import FileContent, Manifest
from roles.nvidia_driver.apt_sources import OWN, Archive
from roles.nvidia_driver.boot_trial import programs as fallback
from roles.nvidia_driver.in_use import apply_change
from roles.nvidia_driver.kernels import programs as guard
from roles.nvidia_driver.settings import NvidiaDriver

MODPROBE = """\
# Written by dlbox. nouveau and nova_core would take the cards before nvidia can.
blacklist nouveau
blacklist nova_core
blacklist nova_drm
install nouveau /bin/false
install nova_core /bin/false
options nouveau modeset=0
"""

UNATTENDED_UPGRADES = """\
// Written by dlbox. A new user space under a loaded module ends in
// "Driver/library version mismatch" for every new job (Debian bug 889669).
Unattended-Upgrade::Package-Blacklist {
  "^(firmware-|xserver-xorg-video-)?nvidia-";
  "^xserver-xorg-video-nvidia";
  "^lib(egl|gl1|gles|glx)-nvidia";
  "^libcu(da|blas|fft|inj|pti|rand|solver|sparse)";
  "^libnv(blas|cuvid|fatbin|idia|jitlink|jpeg|optix|rtc|sdm|toolsext|vm)";
  "^libnpp[cis]";
  "^libaccinj64";
  "^cuda-";
  "^nvlsm";
};
"""


def wanted_packages(stack: Stack, driver: Driver, *, desktop: bool) -> dict[str, str]:
    """Return package -> prefix of its version; "" for packages with their own version numbers."""
    same = (driver.module, *driver.same, *(driver.desktop if desktop else ()))
    fabric = {
        package: part.pin
        for part in (stack.fabricmanager, stack.nvlsm)
        if part
        for package in part.packages
    }
    return {**dict.fromkeys(same, driver.pin), **dict.fromkeys(driver.own, ""), **fabric}


def components_source(archives: Iterable[Archive]) -> str:
    """Return the text of the deb822 file with the components that the box's own sources leave out."""
    return "# Written by dlbox: the components the driver and CUDA come from.\n" + "\n".join(
        stanza(archive.uri, archive.suite, archive.missing, archive.options)
        for archive in archives
        if archive.missing
    )


DRIVER_ITEMS = {
    "folder": re.escape(guard.HOME),
    "file": rf"{guard.HOME}/.*|{guard.PACKAGE}|/etc/(apt|dkms|kernel|modprobe\.d|update-motd\.d)/.*"
    r"|/etc/systemd/system/dlbox-(driver-check|staged)\.service",
    "package": r".*nvidia.*|libcuda.*|libnv.*|libxnvctrl.*|nvlsm",
    "unit": r"dlbox-driver-check\.service|nvidia-.*",
}
"""Kind -> regular expression for the names of everything that a driver needs, for any
driver."""
BLACKLIST = "/etc/modprobe.d/dlbox-nvidia.conf"
UNATTENDED = "/etc/apt/apt.conf.d/52dlbox-unattended-upgrades"
"""52 sorts it after unattended-upgrades' own 50, so that this list is added to that one."""


def manifest(settings: Settings, stack: Stack) -> Manifest:
    """Return the manifest: the driver's packages, programs and units."""
    wanted = settings[NvidiaDriver]
    driver = stack.driver
    packaged = any(toolkit.package for toolkit in stack.toolkits)
    if driver is None:
        return components() if packaged else Manifest()
    fabric = ["nvidia-fabricmanager.service"] if stack.fabricmanager else []
    return components() | Manifest(
        folders={guard.HOME: "755"},
        files={
            BLACKLIST: FileContent(MODPROBE),
            **guard.programs(driver),
            **apply_change.staged_unit(),
            **fallback.programs(),
        },
        packages=wanted_packages(stack, driver, desktop=wanted.desktop),
        units=dict.fromkeys(
            [f"{fallback.UNIT}.service", "nvidia-persistenced.service", *fabric], "enabled"
        ),
    )


def belongs_to_driver(item: tuple[str, str]) -> bool:
    """Return whether an item (kind, name) is needed as long as a driver is installed."""
    kind, name = item
    return kind in DRIVER_ITEMS and re.fullmatch(DRIVER_ITEMS[kind], name) is not None


def components() -> Manifest:
    """Return the manifest that any NVIDIA package needs; the sources are derived from the box's own."""
    return Manifest(
        files={UNATTENDED: FileContent(UNATTENDED_UPGRADES)}, made={OWN: "from its own sources"}
    )
