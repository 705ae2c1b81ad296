"""Become root on a box, and observe what only root can see."""

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


def become_root(host: Host, box: Identity) -> None:
    """Use sudo from here on if the login is not root. Raises Refused."""
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
