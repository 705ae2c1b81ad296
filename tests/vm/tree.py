"""Unpack the root file system of a box, and make it that of a machine."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from dlbox.sandbox.container import Container
from dlbox.sandbox.engine import BoxError
from dlbox.sandbox.mounts import CA_IN_BOX, HOST_CA, proxy_flags
from tests.vm.command import call
from tests.vm.fast_boot import spare
from tests.vm.layout import FSTAB
from tests.vm.prepare import GRUB_PROBE

LEFT_OUT = ("var/cache/apt/archives/*", "var/cache/dlbox/*", "var/log/journal/*")
SLIRP_DNS = "10.0.2.3"


def unpack(box: Container, tree: Path) -> None:
    """Unpack the box's files with their owners, modes and capabilities."""
    if os.geteuid():
        msg = "machine images are made as root, which alone may unpack files of other owners"
        raise BoxError(msg)
    export = [box.engine.name, "export", box.name]
    skip = [f"--exclude={pattern}" for pattern in LEFT_OUT]
    tar = ["tar", "-x", "-C", str(tree), "--numeric-owner", "--same-permissions"]
    env = {**os.environ, **box.engine.environment()}
    with subprocess.Popen(export, env=env, stdout=subprocess.PIPE) as packed:
        call([*tar, "--xattrs", "--xattrs-include=*", *skip], stdin=packed.stdout, timeout=900)
    if packed.returncode:
        msg = f"{box.name}: {box.engine.name} export: exit status {packed.returncode}"
        raise BoxError(msg)


def settle(tree: Path, name: str, public_key: str) -> None:
    """Give the tree what a machine has and a container has not."""
    (tree / GRUB_PROBE.lstrip("/")).unlink()
    call(["dpkg-divert", f"--root={tree}", "--rename", "--remove", GRUB_PROBE])
    proxies = [flag.removeprefix("--env=") for flag in proxy_flags(os.environ)]
    files = {
        "etc/fstab": FSTAB,
        "etc/hostname": f"{name}\n",
        "etc/hosts": f"127.0.0.1 localhost\n127.0.1.1 {name}\n",
        "etc/resolv.conf": f"nameserver {SLIRP_DNS}\n",
        "etc/environment": "".join(f"{line}\n" for line in proxies),
        # Empty, so that each machine makes its own when it first boots.
        "etc/machine-id": "",
    }
    for path, text in files.items():
        (tree / path).unlink(missing_ok=True)
        (tree / path).write_text(text, encoding="utf-8")
    (tree / "boot/efi").mkdir(exist_ok=True)
    if HOST_CA:
        shutil.copyfile(HOST_CA, tree / CA_IN_BOX.lstrip("/"))
    spare(tree)
    _admit(tree / "root/.ssh", public_key)


def _admit(folder: Path, public_key: str) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    keys = folder / "authorized_keys"
    keys.write_text(public_key, encoding="utf-8")
    keys.chmod(0o600)
