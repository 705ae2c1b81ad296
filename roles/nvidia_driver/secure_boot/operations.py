"""Sign the driver's modules with the box's own key."""

from __future__ import annotations

import shlex
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Any

from pyinfra import host
from pyinfra.api import FactBase, QuoteString, StringCommand, operation
from typing_extensions import override

from dlbox.fact_base import LinesFact
from dlbox.host import apt
from dlbox.host.mok import READ_MOK, Mok, parse_mok
from dlbox.plan.plan import Plan
from dlbox.plan.result import Result
from roles.nvidia_driver.secure_boot.decision import enrolment_steps

MODULES = Path(__file__).with_name("unsigned-modules.sh").read_text(encoding="utf-8")


class MokState(FactBase[Mok]):
    """The key with which dkms signs, in its current state."""

    @override
    def command(self, *args: Any, **kwargs: Any) -> str:
        return READ_MOK

    @override
    def process(self, output: Iterable[str]) -> Mok:
        return parse_mok(next(iter(output), "").removeprefix("mok "))


class WronglySigned(LinesFact):
    """``MODULE VERSION KERNEL`` of what dkms installed without the signature of ``certificate``."""

    @override
    def command(self, certificate: str, modules: str) -> str:
        return f"set -- {shlex.quote(certificate)} {shlex.quote(modules)}\n{MODULES}"


class ShimsWithoutMokManager(LinesFact):
    """Folders with a GRUB that shim starts and without a MokManager; only root can tell."""

    @override
    def command(self) -> str:
        return (
            "for grub in /boot/efi/EFI/*/grubx64.efi; do "
            '[ ! -e "$grub" ] || [ -e "${grub%/*}/mmx64.efi" ] || echo "${grub%/*}"; done'
        )


SIGNING_TOOLS = ("mokutil", "openssl")
UNSIGNED = "dkms does not sign it: see `dkms build` on the box for what it lacks"


def install_signing_tools(plan: Plan) -> None:
    """Install the tools that make a key and request its enrolment, before the first module is built.

    Without openssl, dkms leaves a module unsigned and does not report it.
    """
    apt.install(
        name="Install the signing tools", wanted=plan.pinned(dict.fromkeys(SIGNING_TOOLS, ""))
    )


@operation()
def sign(modules: str = "nvidia") -> Generator[StringCommand, None, None]:
    """Rebuild the modules that the box's key has not signed; dkms makes the key if there is none.

    ``modules``: the prefix of their names in dkms.
    """
    key: Mok = host.get_fact(MokState)
    certificate = key.certificate
    wrong: list[str] = host.get_fact(WronglySigned, certificate=certificate, modules=modules)
    if not wrong:
        host.noop("all modules are signed")
        return
    yield rebuild_modules(wrong)
    again = WronglySigned().command(certificate=certificate, modules=modules)
    yield StringCommand(
        f'wrong=$({again}\n); [ -z "$wrong" ] || {{ echo "$wrong: {UNSIGNED}" >&2; exit 1; }}'
    )


def rebuild_modules(rows: Iterable[str]) -> StringCommand:
    """Return the command that rebuilds each ``MODULE VERSION KERNEL``, also after one that fails."""
    parts: list[str | QuoteString] = []
    for row in rows:
        name, version, kernel = (QuoteString(word) for word in row.split(" "))
        which = ("-m", name, "-v", version, "-k", kernel)
        parts += ["dkms build --force", *which, "&& dkms install --force", *which]
        parts += ["|| failed=yes;"]
    return StringCommand("failed=;", *parts, '[ -z "$failed" ]')


@operation()
def note_enrolment(result: Result) -> Generator[StringCommand, None, None]:
    """Store for the summary what a person has to do until the kernel knows the key."""
    key: Mok = host.get_fact(MokState)
    lacking: list[str] = host.get_fact(ShimsWithoutMokManager)
    result.enrol = tuple(enrolment_steps(key, lacking))
    host.noop("only looked")
    yield from ()
