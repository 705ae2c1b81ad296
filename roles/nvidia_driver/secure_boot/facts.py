"""Facts about the key with which a box signs modules, and about modules it has not signed."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pyinfra.api import FactBase
from typing_extensions import override

from dlbox.fact_base import LinesFact
from dlbox.host.mok import READ_MOK, Mok, parse_mok

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
