"""From a host of a pyinfra inventory to testinfra's way of reaching it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any


def connection(name: str, data: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return testinfra's host specification and options for a pyinfra host."""
    connector, _, rest = name.removeprefix("@").partition("/")
    if name == "@local":
        return "local://", {"sudo": os.geteuid() != 0}
    if name.startswith(("@podman/", "@docker/")):
        return f"{connector}://{rest}", {}
    address = data.get("ssh_hostname", name.removeprefix("@ssh/"))
    user = data.get("ssh_user")
    login = f"{user}@" if user else ""
    port = f":{data['ssh_port']}" if "ssh_port" in data else ""
    options: dict[str, Any] = {"sudo": bool(data.get("_sudo")) or user not in {None, "root"}}
    if "ssh_key" in data:
        options["ssh_identity_file"] = data["ssh_key"]
    return f"paramiko://{login}{address}{port}", options
