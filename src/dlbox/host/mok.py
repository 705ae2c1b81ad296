"""Machine owner key (MOK) that dkms signs modules with, and the state of its enrolment."""

from __future__ import annotations

from dataclasses import dataclass

from dlbox.shell import shell_text

READ_MOK = shell_text(__file__, "mok.sh")
"""Shell that prints one line, ``mok STATE CERTIFICATE KEY``."""


@dataclass(frozen=True)
class Mok:
    """A machine owner key of the box."""

    state: str = "none"
    """none: there is no key; made: the key exists; waiting: its enrolment was requested;
    enrolled."""
    certificate: str = "/var/lib/dkms/mok.pub"
    key: str = "/var/lib/dkms/mok.key"
    """Path of a file, or the pkcs11: address of a key that never leaves its token."""

    @property
    def enrolled(self) -> bool:
        """Return whether the kernel loads modules that this key has signed."""
        return self.state == "enrolled"


def parse_mok(words: str) -> Mok:
    """Return the key from what ``READ_MOK`` printed after ``mok``; empty: the box has no key."""
    state, _, rest = words.partition(" ")
    certificate, _, key = rest.partition(" ")
    return Mok(state, certificate, key) if key else Mok()
