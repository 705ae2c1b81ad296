"""Who dlbox is on a box."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import replace

from pyinfra.api import FactBase, Host
from typing_extensions import override

from dlbox.host.identity import Identity
from dlbox.stack.model import Refused
from dlbox.state.record import READ_RECORD, Record, parse_record


class RecordFact(FactBase[Record | None]):
    """The box's record, by itself."""

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
    """Be root on the box from here on, and return what root alone can see as well. Raises Refused."""
    become_root(host, box)
    if box.recorded is None or not box.recorded.unreadable:
        return box
    # With a password for sudo it takes a second command.
    found: Record | None = host.get_fact(RecordFact)
    return replace(box, recorded=found)


def become_root(host: Host, box: Identity) -> None:
    """Use sudo where the login is not root. Raises Refused."""
    if box.uid == 0:
        return
    password = host.data.get("_sudo_password") or host.state.config.SUDO_PASSWORD
    if box.sudo == "none":
        msg = "the login is not root and there is no sudo | log in as root (--user root)"
        raise Refused(msg)
    if box.sudo == "password" and not password and not sys.stdin.isatty():
        msg = "sudo asks for a password and there is no terminal | add --same-sudo-password"
        raise Refused(msg)
    host.data._sudo = True  # noqa: SLF001 - pyinfra's own spelling of a global argument
