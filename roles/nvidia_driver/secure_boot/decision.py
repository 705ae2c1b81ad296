"""Decide whether the box's kernel would load the driver's module, and how a person can enrol the key."""

from __future__ import annotations

from collections.abc import Iterable

from dlbox.host.identity import Identity
from dlbox.host.mok import Mok
from dlbox.stack.catalog_loader import catalog
from dlbox.stack.model import Refused, Stack

MANAGER = "/usr/lib/shim/mmx64.efi*"
"""Debian's MokManager is signed, and its name ends in .signed."""
PREBUILT = {
    # https://docs.nvidia.com/datacenter/cloud-native/gpu-operator/install-precompiled-signed-drivers.html
    # (read 2026-11-25); dkms builds every module that the catalogue knows.
    "ubuntu": "; Ubuntu's linux-modules-nvidia-* are signed already, but dlbox does not install them",
}
"""Families whose archive has signed modules. Debian's has none: apt-cache search in bookworm
and trixie, 2026-11-25."""


def needs_signing(box: Identity, stack: Stack) -> bool:
    """Return whether one of the box's own kernels requires a signature on the driver's module."""
    return box.secure_boot and bool(box.kernels) and stack.driver is not None


def check_secure_boot(box: Identity, stack: Stack, mok: Mok, signing: str | None) -> None:
    """Accept a module that is or will be signed by a key of the box. Raises Refused."""
    if not needs_signing(box, stack) or mok.enrolled or signing == "mok":
        return
    family = catalog().systems[stack.system].family
    msg = (
        "Secure Boot is on and would keep the driver's module out: it is signed on the box, by a key"
        f" that is {KEY_STATES[mok.state]} | nvidia_driver_signing = 'mok' goes on and says how to enrol"
        f" the key at the box's console; or switch Secure Boot off{PREBUILT.get(family, '')}"
    )
    raise Refused(msg)


KEY_STATES = {
    "none": "still to be made",
    "made": "not enrolled",
    "waiting": "not enrolled yet, which the next boot asks about",
}


def enrolment_steps(mok: Mok, lacking: Iterable[str] = ()) -> list[str]:
    """Return the steps that a person takes until the kernel knows the key.

    ``lacking``: folders from which the box may boot shim, and that have no MokManager beside
    it.
    """
    if mok.enrolled:
        return []
    # With a pending request and no MokManager, shim restarts the box endlessly (shim 16.1, in a VM).
    first = [
        f"copy MokManager first, or the box cannot boot: sudo cp {MANAGER} {folder}/mmx64.efi"
        for folder in lacking
    ]
    # The person chooses the password and types it into mokutil. Neither a hash from a file nor
    # root's own password would avoid the console: MokManager asks for the password there.
    ask = [f"sudo mokutil --import {mok.certificate} (choose a one-time password)"]
    console = (
        "at the box's console, within 10 s: a key, Enroll MOK, Continue, Yes, the password"
    )
    return [*first, *(ask if mok.state != "waiting" else []), f"reboot; {console}, Reboot"]
