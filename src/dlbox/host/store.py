"""Trees: folders of wheels that a link names. A new tree takes the place of the old one at once.

The old tree stays whole as long as a rollback can go back to it.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from pyinfra import host
from pyinfra.api import FileUploadCommand, StringCommand
from typing_extensions import override

from dlbox.fact_base import LinesFact
from dlbox.host.layout import STORE, lock_digest, lock_text, store_path

# pip and uv ship their own certificates; a company's CA is only in the system's store.
ENVIRONMENT = (
    "PIP_CERT=/etc/ssl/certs/ca-certificates.crt SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt "
    "PIP_DISABLE_PIP_VERSION_CHECK=1 UV_CACHE_DIR=/var/cache/dlbox/uv UV_NO_PROGRESS=1 "
    "UV_PYTHON_DOWNLOADS=never UV_HTTP_TIMEOUT=120"
)

# The names of the .dist-info folders tell what a tree holds: name and version of each wheel. A
# venv also depends on one Python, which an upgrade of the distribution replaces.
CONTENT = (
    r"{{ /usr/bin/python3 -V; find {tree}/ -maxdepth 5 -name '*.dist-info' -printf '%f\n' 2>/dev/null; }}"
    " | LC_ALL=C sort | sha256sum | cut -d' ' -f1"
)
# A link replaces another in one step; a folder of an older dlbox must be removed first.
SWAP = (
    "ln -sfnT {real} {link}.new && if [ -d {link} ] && ! [ -L {link} ]; then rm -rf {link}; fi"
    " && mv -T {link}.new {link}"
)


class TreeState(LinesFact):
    """Fact: ``linked`` if the link names the tree; ``whole`` if the tree is still as it was built."""

    @override
    def command(self, link: str, real: str, stamp: str) -> str:
        content = CONTENT.format(tree=real)
        return (
            f'if [ "$(readlink {link})" = {real} ]; then echo linked; fi; '
            f"if [ -e {real}/.dlbox-lock ]; then read -r lock content <{real}/.dlbox-lock; "
            f'if [ "$lock $content" = "{stamp} $({content})" ]; then echo whole; fi; fi'
        )


@dataclass(frozen=True)
class WheelTree:
    """A tree in the store, and the link that people use."""

    link: str
    lock: str
    """Name of the lock that the tree is built from."""
    index: str | None = None
    """Index that has wheels which the usual index lacks."""
    bundle: str | None = None
    """Bundle that the wheels are taken from; None: an index."""
    kept: str | None = None
    """Folder that the link named before, and must name again."""
    edited: bool = False
    """Whether a file in the tree was changed after it was built; only the record knows."""


def build_tree(tree: WheelTree, steps: list[str]) -> Generator[Any, None, None]:
    """Yield the commands that make the link name a tree built from its lock.

    ``steps``: shell, with ``{tree}`` for the folder and ``{lock}`` for the file of the lock.
    """
    link, lock = tree.link, tree.lock
    if tree.kept:
        yield from _relink(link, tree.kept)
        return
    folder = store_path(link, lock)
    found: list[str] = host.get_fact(TreeState, link=link, real=folder, stamp=lock_digest(lock))
    if tree.edited or "whole" not in found:
        yield from _build(folder, lock, steps)
    if "linked" not in found:
        yield _swap_link(link, folder)
    if {"whole", "linked"} <= set(found) and not tree.edited:
        host.noop(f"{link} is as locked")


def _swap_link(link: str, there: str) -> StringCommand:
    swap = SWAP.format(real=there, link=link)
    return StringCommand(f"umask 022; mkdir -p {Path(link).parent} && {swap}")


def _relink(link: str, there: str) -> Generator[Any, None, None]:
    """Yield the commands that make ``link`` name a folder that it named before."""
    if "linked" in host.get_fact(TreeState, link=link, real=there, stamp=""):
        host.noop(f"{link} is what it was")
        return
    yield StringCommand(f"[ -d {there} ] || {{ echo '{there} was not kept' >&2; exit 1; }}")
    yield _swap_link(link, there)


def _build(there: str, lock: str, steps: list[str]) -> Generator[Any, None, None]:
    """Yield the commands that build the tree beside its place and then move it there in one step."""
    draft, remote = f"{there}.new", f"{there}.lock"
    yield StringCommand(
        "umask 022; mkdir -p",
        STORE,
        "/var/cache/dlbox/uv",
        "&& rm -rf",
        draft,
        "&& mkdir",
        draft,
    )
    yield FileUploadCommand(StringIO(lock_text(lock)), remote)
    for step in steps:
        # A hardened root's umask would hide the tree from the people it is for.
        yield StringCommand(
            f"umask 022; export {ENVIRONMENT}; {step.format(tree=draft, lock=remote)}"
        )
    content = CONTENT.format(tree=draft)
    # uv leaves a lock file of its own there, which everybody may write to.
    yield StringCommand(
        f'rm -f {draft}/.lock; echo "{lock_digest(lock)} $({content})" >{draft}/.dlbox-lock'
    )
    yield StringCommand(
        f"rm -rf {there}.old; if [ -e {there} ]; then mv {there} {there}.old; fi"
        f" && mv {draft} {there} && rm -rf {there}.old {remote}"
    )
