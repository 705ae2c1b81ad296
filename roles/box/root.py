"""Who dlbox is on a box."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import replace

from pyinfra import host
from pyinfra.api import FactBase
from typing_extensions import override

from roles.box.facts import Identity
from roles.box.recorded import RECORDED, Recorded, recorded
from roles.stack.model import Refused


class Record(FactBase[Recorded | None]):
    """The box's record, by itself."""

    @override
    def command(self) -> str:
        return RECORDED

    @staticmethod
    @override
    def default() -> None:
        return None

    @override
    def process(self, output: Iterable[str]) -> Recorded | None:
        rows = (line.rstrip("\r\n").partition(" ") for line in output)
        return recorded((key, value) for key, _, value in rows)


def as_root(box: Identity) -> Identity:
    """Be root on the box from here on, and return what root alone can see as well. Raises Refused."""
    become_root(box)
    if box.recorded is None or not box.recorded.unreadable:
        return box
    # With a password for sudo it takes a second command.
    found: Recorded | None = host.get_fact(Record)
    return replace(box, recorded=found)


def become_root(box: Identity) -> None:
    """Use sudo where the login is not root. Raises Refused."""
    if box.uid == 0:
        return
    password = host.data.get("_sudo_password") or host.state.config.SUDO_PASSWORD
    if box.sudo == "none":
        msg = "the login is not root and there is no sudo; log in as root (--user root)"
        raise Refused(msg)
    if box.sudo == "password" and not password and not sys.stdin.isatty():
        msg = "sudo asks for a password and there is no terminal; add --same-sudo-password"
        raise Refused(msg)
    host.data._sudo = True  # noqa: SLF001 - pyinfra's own spelling of a global argument
