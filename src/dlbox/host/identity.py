"""Identity of a box: what it is, as one command reports it, as the user who logs in or as root."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from pyinfra.api import FactBase, Host
from pyinfra.api.exceptions import FactProcessError
from typing_extensions import override

from dlbox.fact_base import BEGIN, END, unframe
from dlbox.host import pcie
from dlbox.host.foreign import FIND, Foreign
from dlbox.host.mok import READ_MOK, Mok, parse_mok
from dlbox.shell import shell_text
from dlbox.stack.model import Refused
from dlbox.state.record import READ_RECORD, Record, parse_record

IDENTITY = "".join(
    (
        f"LC_ALL=C; export LC_ALL; echo '{BEGIN}'\n",
        FIND,
        shell_text(__file__, "identity.sh"),
        READ_MOK,
        pcie.read_command(),
        READ_RECORD,
        f"echo '{END}'\n",
    )
)
"""Shell that prints the identity as ``key value`` lines. It is one command, because each
command costs a round trip. ``FIND`` comes early, because it begins with the functions that
the others use too."""


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
    wsl: bool = False
    """Whether the box is a Linux in Windows (WSL2)."""
    display: bool = False
    """Whether a display manager runs."""
    loaded: str = ""
    """Version of the loaded NVIDIA module; in a container, the host's; empty: none."""
    passed: tuple[str, ...] = ()
    """Cards that a virtual machine of the box owns (vfio-pci): PCI address and id."""
    greeting: str = ""
    """What the login's shell prints before an answer, though nobody is there to read it."""
    recorded: Record | None = None
    """What was applied, and how the box differs from it; None: nothing was applied."""


def parse_identity(output: Iterable[str]) -> Identity:
    """Return the identity that the ``IDENTITY`` command printed.

    Raises KeyError, TypeError or ValueError where the output is not understood.
    """
    lines, greeting = unframe(output)
    pairs = [line.partition(" ") for line in lines]
    word = {key: value for key, _, value in pairs}

    def every(wanted: str) -> tuple[str, ...]:
        return tuple(value for key, _, value in pairs if key == wanted)

    passed = every("passed")
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
        slots=tuple(
            slot
            for slot in map(pcie.slot, every("pcie"))
            if f"{slot.address} {slot.id}" not in passed
        ),
        wsl="wsl" in word,
        display="display" in word,
        loaded=word.get("loaded", ""),
        passed=passed,
        greeting=greeting,
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


class RecordFact(FactBase[Record | None]):
    """Record of the box, read apart from its identity."""

    @override
    def command(self) -> str:
        return READ_RECORD

    @staticmethod
    @override
    def default() -> None:
        return None

    @override
    def process(self, output: Iterable[str]) -> Record | None:
        rows = (line.rstrip("\r\n").partition(" ") for line in output)
        return parse_record((key, value) for key, _, value in rows)


def observe_as_root(host: Host, box: Identity) -> Identity:
    """Become root from here on, and return the identity as root sees it. Raises Refused."""
    become_root(host, box)
    if box.recorded is None or not box.recorded.unreadable:
        return box
    # If sudo needs a password, the record takes a second command.
    found: Record | None = host.get_fact(RecordFact)
    return replace(box, recorded=found)


def set_environment(host: Host, **variables: str) -> None:
    """Set variables for every command from here on, facts included."""
    # A new mapping: hosts may share the one of their inventory.
    host.data._env = {**(host.data.get("_env") or {}), **variables}  # noqa: SLF001 - as below


def become_root(host: Host, box: Identity) -> None:
    """Use sudo from here on if the login is not root, and words that can be parsed. Raises Refused."""
    if box.greeting:
        msg = (
            f"its shell prints {box.greeting[:60]!r} before every answer, and breaks file transfers"
            " | let ~/.bashrc (or its like) print only where it is interactive"
        )
        raise Refused(msg)
    # A box may speak another language than its messages are parsed in.
    set_environment(host, LC_ALL="C")
    if box.uid == 0:
        return
    password = host.data.get("_sudo_password") or host.state.config.SUDO_PASSWORD
    if box.sudo == "none":
        msg = "the login is not root and there is no sudo | log in as root (--user root)"
        raise Refused(msg)
    if box.sudo == "password" and not password and not sys.stdin.isatty():
        msg = "sudo asks for a password and there is no terminal | add --same-sudo-password"
        raise Refused(msg)
    host.data._sudo = True  # noqa: SLF001 - pyinfra's own name for a global argument
