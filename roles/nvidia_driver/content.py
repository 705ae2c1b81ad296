"""The texts and package sets of the driver."""

from __future__ import annotations

from collections.abc import Iterable

from dlbox.host.deb822 import stanza
from dlbox.stack.components import Driver
from dlbox.stack.model import Stack
from roles.nvidia_driver.apt_sources import Archive

MODPROBE = """\
# Written by dlbox. nouveau and nova_core would take the cards before nvidia can.
blacklist nouveau
blacklist nova_core
blacklist nova_drm
install nouveau /bin/false
install nova_core /bin/false
options nouveau modeset=0
"""

UNATTENDED = """\
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
