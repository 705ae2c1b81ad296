"""From a host of a pyinfra inventory to testinfra's way of reaching it."""

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
    # As pyinfra's own connector judges an unknown host: a key seen first is kept, then held to.
    policy = data.get("ssh_strict_host_key_checking", "accept-new")
    words = ["-o", "BatchMode=yes", "-o", f"StrictHostKeyChecking={policy}"]
    # One connection for all checks of a box; %C is short, as a socket's path must be.
    words += ["-o", f"ControlPath={sockets()}/%C"]
    if "ssh_known_hosts_file" in data:
        words += ["-o", f"UserKnownHostsFile={data['ssh_known_hosts_file']}"]
    return shlex.join(words)


@cache
def sockets() -> str:
    """Return a folder that nobody else can put a socket into."""
    folder = tempfile.mkdtemp(prefix="dlbox-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
