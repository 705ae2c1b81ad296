"""Identity of a box: everything that is read before dlbox decides anything."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from pyinfra.api import FactBase
from pyinfra.api.exceptions import FactProcessError
from typing_extensions import override

from dlbox.host import pcie
from dlbox.host.foreign import FIND, Foreign
from dlbox.host.mok import READ_MOK, Mok, parse_mok
from dlbox.shell import shell_text
from dlbox.state.record import READ_RECORD, Record, parse_record

IDENTITY = (
    shell_text(__file__, "identity.sh") + FIND + READ_MOK + pcie.read_command() + READ_RECORD
)
"""Shell that prints the identity as ``key value`` lines. It is one command, because each
command costs a round trip."""


@dataclass(frozen=True)
class Identity:
    """Identity of a box, as observed."""

    system: str
    """Distribution and release, e.g. debian-13."""
    arch: str
    uid: int
    systemd: bool
    """Whether systemd runs; without it, units are installed but not started."""
    clock: int
    """Seconds since 1970, by the box's clock."""
    free_gb: float
    """Free disk (GB) where the stack is installed."""
    sudo: str
    """How sudo works for the login: free, password or none."""
    foreign: tuple[Foreign, ...]
    """NVIDIA software that others have installed."""
    pci_gpus: tuple[str, ...]
    """PCI ids of the NVIDIA GPUs on the bus, one per card."""
    bridges: tuple[str, ...] = ()
    """Device ids of NVIDIA's bridges; nvlink5 is an NVLink 5 switch, which only root can see."""
    kernels: tuple[str, ...] = ()
    """Installed kernels, the newest first; a container has none."""
    secure_boot: bool = False
    mok: Mok = field(default_factory=Mok)
    """The key that dkms signs modules with."""
    container: bool = False
    boot: str = ""
    """Boot id of the box."""
    slots: tuple[pcie.Slot, ...] = ()
    """NVIDIA cards on the bus, with the PCIe lanes that they got."""
    notices: tuple[str, ...] = ()
    """Notices: texts that the box itself has for its owner."""
    recorded: Record | None = None
    """What was applied, and how the box differs from it; None: nothing was applied."""


def parse_identity(lines: Iterable[str]) -> Identity:
    """Return the identity that the ``IDENTITY`` command printed.

    Raises KeyError, TypeError or ValueError where the output is not understood.
    """
    # Strip only the line end: a line of the record may end with an empty field.
    pairs = [line.rstrip("\r\n").partition(" ") for line in lines]
    word = {key: value for key, _, value in pairs}

    def every(wanted: str) -> tuple[str, ...]:
        return tuple(value for key, _, value in pairs if key == wanted)

    return Identity(
        system=word["system"],
        arch=word["arch"],
        uid=int(word["uid"]),
        systemd=word["init"] == "systemd",
        mok=parse_mok(word.get("mok", "")),
        container="container" in word,
        boot=word.get("boot", ""),
        clock=int(word["clock"]),
        free_gb=int(word["free_kb"]) * 1024 / 1e9,
        sudo=word["sudo"],
        foreign=tuple(Foreign.of(said) for said in every("foreign")),
        pci_gpus=every("gpu"),
        bridges=every("bridge"),
        kernels=every("kernel"),
        secure_boot=word.get("secure_boot") == "1",
        slots=tuple(pcie.slot(value) for value in every("pcie")),
        notices=every("notice"),
        recorded=parse_record((key, value) for key, _, value in pairs),
    )


class BoxIdentity(FactBase[Identity]):
    """Identity of the box, as observed."""

    @override
    def command(self, *args: Any, **kwargs: Any) -> str:
        return IDENTITY

    @override
    def process(self, output: Iterable[str]) -> Identity:
        lines = list(output)
        try:
            return parse_identity(lines)
        except (KeyError, TypeError, ValueError) as error:
            msg = f"cannot make out what the box is: {error} in {lines}"
            raise FactProcessError(msg) from error
