"""What the frameworks role owns on a box: its paths and texts, and its manifest."""

from __future__ import annotations

from dlbox.host.layout import VENVS, lock_digest
from dlbox.settings.schema import Settings
from dlbox.stack.model import Stack
from dlbox.state.manifest import FileContent, Manifest

ORDER = ("pytorch", "tensorflow", "jax")
"""All frameworks, in the same order on every box."""

DLBOX_ENV = """\
#!/bin/sh
# Written by dlbox: enter a framework's venv, or run one command in it.
set -eu
venvs=/opt/dlbox/venvs
if [ $# -eq 0 ]; then
  echo "usage: dlbox-env NAME [COMMAND...]"
  echo "here:  $(cd "$venvs" && ls -d ./*/ | tr -d './' | tr '\\n' ' ')"
  exit 2
fi
venv="$venvs/$1"
if [ ! -x "$venv/bin/python" ]; then
  echo "dlbox-env: there is no venv $1; run dlbox-env alone for a list" >&2
  exit 2
fi
name="$1"
shift
VIRTUAL_ENV="$venv"
PATH="$venv/bin:$PATH"
export VIRTUAL_ENV PATH
if [ $# -gt 0 ]; then
  exec "$@"
fi
echo "dlbox-env: $name; leave with exit" >&2
exec "${SHELL:-/bin/sh}"
"""


def manifest(settings: Settings, stack: Stack) -> Manifest:
    """Return the manifest: the venvs and the command that enters them."""
    del settings
    if not stack.frameworks:
        return Manifest()
    return Manifest(
        files={"/usr/local/bin/dlbox-env": FileContent(DLBOX_ENV, "755")},
        trees={
            f"{VENVS}/{name}": lock_digest(row.lock) for name, row in stack.frameworks.items()
        },
    )


def wheel_locks(settings: Settings, stack: Stack) -> dict[str, str | None]:
    """Return the locks of the wheels that the role installs."""
    del settings
    return {row.lock: row.index for row in stack.frameworks.values()}
