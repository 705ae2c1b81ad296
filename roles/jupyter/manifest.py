"""What the jupyter role owns on a box: the texts that configure JupyterLab, and its manifest."""

from __future__ import annotations

import json

from dlbox.host.layout import VENVS, lock_digest
from dlbox.settings.schema import Settings
from dlbox.stack.model import Stack
from dlbox.state.manifest import FileContent, Manifest
from roles.jupyter.settings import Jupyter

ADDRESS = "127.0.0.1"
"""Loopback: whoever has no login on the box reaches nothing."""
TOKEN = "/etc/dlbox/jupyter-token"  # noqa: S105 - a path
SHORTEST = 32
"""Characters of a token: 128 bits, if they are hexadecimal."""
STARTED = "/run/dlbox-jupyter-started"
SETTINGS = "/etc/dlbox/jupyter_server_config.py"
HOME = f"{VENVS}/jupyter"
SERVICE = "dlbox-jupyter.service"
UNIT = f"/etc/systemd/system/{SERVICE}"
KERNELS = "/usr/local/share/jupyter/kernels"
"""Outside JupyterLab's venv, because that is replaced as a whole."""

CONFIG = f"""\
# Written by dlbox. Loopback only: reach it through ssh -L.
c.ServerApp.ip = "{ADDRESS}"
c.ServerApp.port_retries = 0
c.ServerApp.open_browser = False
c.ServerApp.allow_remote_access = False
c.ServerApp.terminado_settings = {{"shell_command": ["/bin/bash"]}}
with open("{TOKEN}") as file:
    token = file.read().strip()
# Without a token, everybody who has a login here would get terminals of this user.
if len(token) < {SHORTEST}:
    raise SystemExit("{TOKEN} has fewer than {SHORTEST} characters; delete it, and dlbox up makes one")
c.IdentityProvider.token = token
"""

LONG_ENOUGH = f"[ \"$(tr -d '[:space:]' <{TOKEN} 2>/dev/null | wc -c)\" -ge {SHORTEST} ]"
"""Shell that tells whether there is a token."""

# 256 bits; made on the box, so that it appears in no argument list and no log. A token that
# is long enough is never replaced, and no token is readable by others at any time.
MAKE_TOKEN = f"""\
umask 077
{LONG_ENOUGH} || python3 -c 'import secrets; print(secrets.token_hex(32))' >{TOKEN}.new
{LONG_ENOUGH} || mv {TOKEN}.new {TOKEN}
"""


def unit(user: str, port: int) -> str:
    """Return the text of the systemd unit."""
    return f"""\
# Written by dlbox.
[Unit]
Description=JupyterLab
After=network.target

[Service]
# Type=exec: ExecStartPost may look at the process only once it runs as the user.
Type=exec
User={user}
WorkingDirectory=~
ExecStartPre=+/usr/bin/touch {STARTED}
ExecStart={HOME}/bin/jupyter-lab --config={SETTINGS} --port={port}
# The unit counts as started once the port answers.
ExecStartPost=/bin/sh -c 'until ss -ltnH sport = :{port} | grep -q .; do kill -0 $MAINPID || exit 1; sleep 0.2; done'
Restart=on-failure
RestartSec=5
NoNewPrivileges=yes
PrivateTmp=yes

[Install]
WantedBy=multi-user.target
"""


def kernel(framework: str) -> str:
    """Return the text of a framework's kernel.json."""
    python = f"{VENVS}/{framework}/bin/python"
    return (
        json.dumps(
            {
                "argv": [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
                "display_name": framework,
                "language": "python",
            },
            indent=1,
        )
        + "\n"
    )


def manifest(settings: Settings, stack: Stack) -> Manifest:
    """Return the manifest: JupyterLab's venv, unit, configuration, kernels and user."""
    wanted = settings[Jupyter]
    if not wanted.install:
        return Manifest()
    kernels = {
        f"{KERNELS}/{name}/kernel.json": FileContent(kernel(name)) for name in stack.frameworks
    }
    return Manifest(
        files={
            SETTINGS: FileContent(CONFIG),
            UNIT: FileContent(unit(wanted.user, wanted.port)),
            **kernels,
        },
        made={TOKEN: f"600 {wanted.user}"},
        trees={HOME: lock_digest("jupyter")},
        units={SERVICE: "enabled"},
        users={wanted.user: ""},
    )


def wheel_locks(settings: Settings, stack: Stack) -> dict[str, str | None]:
    """Return the locks of the wheels that the role installs."""
    del stack
    return {"jupyter": None} if settings[Jupyter].install else {}
