"""What a box says about itself before anything is decided."""

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
"""One command, because each costs a round trip; prints lines of ``key value``."""


@dataclass(frozen=True)
class Identity:
    """A box as it stands."""

    system: str
    """Distribution and release, e.g. debian-13."""
    arch: str
    uid: int
    systemd: bool
    """Whether systemd runs; without it units are installed, not started."""
    clock: int
    """Seconds since 1970 by the box's clock."""
    free_gb: float
    """Free disk where the stack goes, GB."""
    sudo: str
    """free, password or none."""
    foreign: tuple[Foreign, ...]
    """What others have installed of NVIDIA's."""
    pci_gpus: tuple[str, ...]
    """PCI ids of the NVIDIA GPUs on the bus, one per card."""
    bridges: tuple[str, ...] = ()
    """Device ids of NVIDIA's bridges; nvlink5: an NVLink 5 switch, which only root can see."""
    kernels: tuple[str, ...] = ()
    """Those installed, the newest first; a container has none."""
    secure_boot: bool = False
    mok: Mok = field(default_factory=Mok)
    """The key that dkms signs modules with."""
    container: bool = False
    boot: str = ""
    """Its boot id."""
    slots: tuple[pcie.Slot, ...] = ()
    """The NVIDIA cards on the bus with the lanes they got."""
    notices: tuple[str, ...] = ()
    """What the box itself has to say to its owner."""
    recorded: Record | None = None
    """What was applied, and how the box differs from that; None: nothing was."""


def parse_identity(lines: Iterable[str]) -> Identity:
    """Read what IDENTITY printed."""
    # Not stripped: a record's line may end with an empty field.
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
    """The box as it stands."""

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
