"""The command with which people enter a venv."""

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
