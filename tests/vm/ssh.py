"""Reach a machine over SSH."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

from dlbox.sandbox.engine import execute
from dlbox.sandbox.mounts import HOST_CA
from tests.vm.command import call

LOGIN = "root@127.0.0.1"
ANSWER_S = 3
# Of those that both sides know, what costs an emulated CPU without AES the least.
CRYPTO = ("KexAlgorithms=curve25519-sha256", "Ciphers=chacha20-poly1305@openssh.com")


@dataclass(frozen=True)
class Ssh:
    """How to log in as root on a port of this machine."""

    port: int
    key: Path
    folder: Path

    def words(self, program: str = "ssh") -> list[str]:
        """Return the command line of ssh or scp up to the host."""
        known = f"UserKnownHostsFile={self.folder / 'known_hosts'}"
        kept = ["ControlMaster=auto", "ControlPersist=yes", f"ControlPath={self.folder}/ssh"]
        told = ["BatchMode=yes", "StrictHostKeyChecking=accept-new", known, *kept]
        # A half-booted guest takes a connection and does not answer.
        told += ["ConnectTimeout=30", "ServerAliveInterval=15", "LogLevel=ERROR", *CRYPTO]
        told += [f"IdentityFile={self.key}", f"Port={self.port}"]
        return [program, "-F", "none", *(word for option in told for word in ("-o", option))]

    def answers(self) -> bool:
        """Whether sshd greets.

        QEMU takes each connection and knocks at the guest more and more rarely, so that one which
        waits learns only seconds later that the guest has come up: each look is a new one.
        """
        try:
            with socket.create_connection(("127.0.0.1", self.port), ANSWER_S) as knock:
                return knock.recv(4) == b"SSH-"
        except OSError:
            return False

    def run(self, command: str, stdin: str | None, timeout: float) -> CompletedProcess[str]:
        """Run a shell command there."""
        return execute([*self.words(), LOGIN, command], {}, stdin=stdin, timeout=timeout)

    def copy(self, source: Path | str, target: str) -> None:
        """Copy a file or a folder of this machine there."""
        call([*self.words("scp"), "-q", "-r", source, f"{LOGIN}:{target}"], timeout=600)

    def hang_up(self) -> None:
        """End the connection that is kept for the next command."""
        execute([*self.words(), "-O", "exit", LOGIN], {}, timeout=10)

    def inventory(self) -> dict[str, Any]:
        """Return what an inventory of pyinfra needs to reach it."""
        way = {
            "ssh_hostname": "127.0.0.1",
            "ssh_port": self.port,
            "ssh_user": "root",
            "ssh_key": str(self.key),
            "ssh_known_hosts_file": str(self.folder / "known_hosts"),
        }
        return {**way, **({"base_ca_bundle": str(HOST_CA)} if HOST_CA else {})}
