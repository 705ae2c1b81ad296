"""The texts and package sets of the driver."""

from __future__ import annotations

from collections.abc import Iterable

from roles.nvidia_driver.facts import Archive
from roles.stack.model import Driver
from roles.stack.offers import Flavour

MODULE_PACKAGES: dict[Flavour, str] = {
    "proprietary": "nvidia-kernel-dkms",
    "open": "nvidia-open-kernel-dkms",
}

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
  "^libnv(blas|cuvid|fatbin|idia|jitlink|jpeg|optix|rtc|toolsext|vm)";
  "^libnpp[cis]";
  "^libaccinj64";
};
"""


def wanted_packages(driver: Driver, *, desktop: bool) -> dict[str, str]:
    """Package -> what its version begins with; "" for those with numbers of their own."""
    same = (
        MODULE_PACKAGES[driver.flavour],
        "nvidia-smi",
        "libcuda1",
        "libnvidia-ml1",
        "libnvidia-cfg1",
        "libnvidia-ptxjitcompiler1",
        "libnvidia-nvvm4",
        *(("nvidia-driver",) if desktop else ()),
    )
    other = ("nvidia-persistenced", "nvidia-modprobe")
    return {**dict.fromkeys(same, f"{driver.branch}."), **dict.fromkeys(other, "")}


def nonfree(archives: Iterable[Archive]) -> str:
    """Text of the deb822 file that adds what the box's own sources leave out."""
    return "# Written by dlbox: the components the driver and CUDA come from.\n" + "\n".join(
        _stanza(archive) for archive in archives if archive.missing
    )


def _stanza(archive: Archive) -> str:
    options = "".join(_field(option, value) for option, value in archive.options)
    return (
        f"Types: deb\nURIs: {archive.uri}\nSuites: {archive.suite}\n"
        f"Components: {' '.join(archive.missing)}\n{options}"
    )


def _field(option: str, value: str) -> str:
    # A key written out in place goes on over several lines, each after a space, an empty one as
    # a dot. Names are those of one-line sources, but for one.
    name = "Architectures" if option == "arch" else option.title()
    lines = [line or "." for line in value.splitlines()]
    return f"{name}: " + "\n ".join(lines) + "\n"
