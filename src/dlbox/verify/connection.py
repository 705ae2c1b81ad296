"""Turn a host of a pyinfra inventory into a testinfra connection."""

from __future__ import annotations

import atexit
import shlex
import shutil
import tempfile
from collections.abc import Mapping
from functools import cache
from typing import Any


def connection(name: str, data: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return testinfra's host specification and options for a pyinfra host."""
    connector, _, rest = name.removeprefix("@").partition("/")
    if name == "@local":
        return "local://", {}
    if name.startswith(("@podman/", "@docker/")):
        return f"{connector}://{rest}", {}
    address = data.get("ssh_hostname", name.removeprefix("@ssh/"))
    user = data.get("ssh_user")
    login = f"{user}@" if user else ""
    port = f":{data['ssh_port']}" if "ssh_port" in data else ""
    options: dict[str, Any] = {}
    if "ssh_key" in data:
        options["ssh_identity_file"] = data["ssh_key"]
    options["ssh_extra_args"] = _ssh_options(data)
    return f"ssh://{login}{address}{port}", options


def _ssh_options(data: Mapping[str, Any]) -> str:
    # Treat an unknown host as pyinfra's own connector does: keep the first key, then insist on
    # it.
    policy = data.get("ssh_strict_host_key_checking", "accept-new")
    words = ["-o", "BatchMode=yes", "-o", f"StrictHostKeyChecking={policy}"]
    # All checks of a box share one connection; %C is short, as the path of a socket must be.
    words += ["-o", f"ControlPath={sockets()}/%C"]
    if "ssh_known_hosts_file" in data:
        words += ["-o", f"UserKnownHostsFile={data['ssh_known_hosts_file']}"]
    return shlex.join(words)


@cache
def sockets() -> str:
    """Return a folder into which no other user can put a socket."""
    folder = tempfile.mkdtemp(prefix="dlbox-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
