"""Trees built by uv from hash-locked wheels: venvs, and libraries outside any venv."""

from __future__ import annotations

from collections.abc import Generator
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any

from pyinfra import host
from pyinfra.api import FileUploadCommand, StringCommand, operation
from typing_extensions import override

from roles.box.answers import FirstLine

LOCKS = Path(__file__).parents[1] / "stack" / "locks"
VENVS = "/opt/dlbox/venvs"
TREES = "/opt/dlbox/wheels"
UV = "/opt/dlbox/uv/bin/uv"

# pip and uv carry certificates of their own; a company's CA is only in the system's store.
ENVIRONMENT = (
    "PIP_CERT=/etc/ssl/certs/ca-certificates.crt SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt "
    "PIP_DISABLE_PIP_VERSION_CHECK=1 UV_CACHE_DIR=/var/cache/dlbox/uv UV_NO_PROGRESS=1 "
    "UV_PYTHON_DOWNLOADS=never UV_HTTP_TIMEOUT=120"
)

# What a tree holds is told by the names of its .dist-info folders: name and version of each wheel;
# and a venv is of one Python, which an upgrade of the distribution replaces.
CONTENT = (
    r"{{ /usr/bin/python3 -V; find {tree} -maxdepth 5 -name '*.dist-info' -printf '%f\n' 2>/dev/null; }}"
    " | LC_ALL=C sort | sha256sum | cut -d' ' -f1"
)


def lock_text(lock: str) -> str:
    """Return the text of one of roles/stack/locks."""
    return (LOCKS / f"{lock}.txt").read_text(encoding="utf-8")


def stamp(lock: str) -> str:
    """Return what a finished tree's stamp says about the lock it was built from."""
    return sha256(lock_text(lock).encode()).hexdigest()


class TreeState(FirstLine):
    """Stamp of a tree, and whether what it holds is still what was built: ``LOCK same``, or nothing."""

    @override
    def command(self, tree: str) -> str:
        content = CONTENT.format(tree=tree)
        return (
            f"if [ -e {tree}/.dlbox-lock ]; then read -r lock content <{tree}/.dlbox-lock; "
            f'if [ "$content" = "$({content})" ]; then echo "$lock same"; '
            f'else echo "$lock changed"; fi; fi'
        )


def _build(tree: str, lock: str, steps: list[str]) -> Generator[Any, None, None]:
    if host.get_fact(TreeState, tree=tree) == f"{stamp(lock)} same":
        host.noop(f"{tree} is as locked")
        return
    remote = f"{TREES}/{lock}.lock"
    yield StringCommand("umask 022; mkdir -p", TREES, VENVS, "/var/cache/dlbox/uv", tree)
    # Without its stamp an interrupted tree is built again.
    yield StringCommand("rm -f", f"{tree}/.dlbox-lock")
    yield FileUploadCommand(StringIO(lock_text(lock)), remote)
    for step in steps:
        # A hardened root's umask would hide all of it from the people it is for.
        yield StringCommand(
            f"umask 022; export {ENVIRONMENT}; {step.format(tree=tree, lock=remote)}"
        )
    content = CONTENT.format(tree=tree)
    yield StringCommand(
        f'echo "{stamp(lock)} $({content})" >{tree}/.dlbox-lock.new '
        f"&& mv {tree}/.dlbox-lock.new {tree}/.dlbox-lock && rm -f {remote}"
    )


@operation()
def uv(lock: str) -> Generator[Any, None, None]:
    """Have uv itself, from its wheel, in a venv of its own."""
    install = "{tree}/bin/pip install -q --require-hashes --only-binary :all: -r {lock}"
    yield from _build("/opt/dlbox/uv", lock, ["python3 -m venv --clear {tree}", install])


@operation()
def venv(venv: str, lock: str, index: str | None = None) -> Generator[Any, None, None]:
    """Have a venv with exactly the locked wheels; ``index`` has those that the usual one lacks."""
    # Whichever index has a wheel by its hash: that is what the lock is for.
    more = f"--index {index} --index-strategy unsafe-best-match " if index else ""
    make = f"{UV} venv -q --clear --python /usr/bin/python3 {{tree}}"
    sync = f"{UV} pip sync -q --python {{tree}}/bin/python --require-hashes --no-build {more}{{lock}}"
    yield from _build(f"{VENVS}/{venv}", lock, [make, sync])


@operation()
def tree(tree: str, lock: str) -> Generator[Any, None, None]:
    """Have the locked wheels unpacked outside any venv, for compilers and linkers."""
    # Wheels carry libcudart.so.13 but not the libcudart.so that -lcudart looks for.
    names = (
        "find {tree} -name 'lib*.so.*' | while read -r file; do "
        'name="${{file%%.so.*}}.so"; [ -e "$name" ] || ln -s "${{file##*/}}" "$name"; done'
    )
    install = (
        f"{UV} pip install -q --python /usr/bin/python3 --target {{tree}} "
        "--require-hashes --no-deps --no-build --reinstall -r {lock}"
    )
    yield from _build(f"{TREES}/{tree}", lock, ["rm -rf {tree}/*", install, names])
