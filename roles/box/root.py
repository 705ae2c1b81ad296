"""Who dlbox is on a box."""

from __future__ import annotations

import sys

from pyinfra import host

from roles.box.facts import Identity
from roles.stack.model import Refused


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
