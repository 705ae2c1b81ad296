"""Two boxes reached over SSH, as different as a fleet's boxes are, and an address that does not answer."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from dlbox.sandbox.container import Container, start
from dlbox.sandbox.engine import engine
from dlbox.sandbox.image import image
from dlbox.sandbox.mounts import HOST_CA, download_cache

BOXES = {"debian-13": "root", "debian-12": "admin"}
"""Release -> whom to log in as; admin may use sudo without a password."""


@dataclass(frozen=True)
class Fleet:
    """Boxes by release, and what an inventory needs to reach them."""

    boxes: dict[str, Container]
    key: Path
    folder: Path

    def host(self, release: str, **knobs: object) -> tuple[str, dict[str, object]]:
        """Return an inventory's entry for a box."""
        way = {
            "ssh_hostname": self.boxes[release].address,
            "ssh_user": BOXES[release],
            "ssh_key": str(self.key),
            "ssh_known_hosts_file": str(self.folder / "known_hosts"),
        }
        trust = {"base_ca_bundle": str(HOST_CA)} if HOST_CA else {}
        return release, {**way, **trust, "frameworks_names": [], **knobs}

    def inventory(self, text: str) -> Path:
        """Write an inventory file."""
        file = self.folder / "fleet.py"
        file.write_text(text, encoding="utf-8")
        return file


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """Start the boxes and let a key of ours in."""
    os.environ.update(engine().environment())
    folder = tmp_path_factory.mktemp("fleet")
    key = folder / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    made: dict[str, Container] = {}
    try:
        for release, user in BOXES.items():
            name = f"dlbox-test-fleet-{release}"
            made[release] = start(name, image(release), mounts=download_cache(release))
            admit(made[release], user, key.with_suffix(".pub").read_text(encoding="utf-8"))
        yield Fleet(made, key, folder)
    finally:
        for box in made.values():
            box.remove()


def admit(box: Container, user: str, public_key: str) -> None:
    """Let a key log in as a user; one who is not root is made, and may use sudo."""
    if user != "root":
        box.run("useradd", "--create-home", "--shell", "/bin/bash", user)
        box.run("tee", f"/etc/sudoers.d/{user}", input=f"{user} ALL=(ALL) NOPASSWD: ALL\n")
    home = "/root" if user == "root" else f"/home/{user}"
    box.run("install", "-d", "-m", "700", "-o", user, f"{home}/.ssh")
    box.run("tee", f"{home}/.ssh/authorized_keys", input=public_key)
    box.run("chown", user, f"{home}/.ssh/authorized_keys")
