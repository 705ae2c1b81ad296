"""The key that dkms signs modules with, a machine owner key (MOK), and how far it is."""

from __future__ import annotations

from dataclasses import dataclass

from dlbox.shell import shell_text

READ_MOK = shell_text(__file__, "mok.sh")
"""Shell that prints one line, ``mok STATE CERTIFICATE KEY``."""


@dataclass(frozen=True)
class Mok:
    """A machine owner key of the box."""

    state: str = "none"
    """none: no key; made: it is there; waiting: its enrolment has been asked for; enrolled."""
    certificate: str = "/var/lib/dkms/mok.pub"
    key: str = "/var/lib/dkms/mok.key"
    """A file, or the pkcs11: address of one that never leaves its token."""

    @property
    def enrolled(self) -> bool:
        """Whether the kernel loads what this key has signed."""
        return self.state == "enrolled"


def parse_mok(words: str) -> Mok:
    """Read what STATE printed behind ``mok``; nothing is a box without a key."""
    state, _, rest = words.partition(" ")
    certificate, _, key = rest.partition(" ")
    return Mok(state, certificate, key) if key else Mok()
