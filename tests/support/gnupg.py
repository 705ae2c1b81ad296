"""A home of gpg."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.archive.keys import make_key


@contextmanager
def gnupg_home(owner: str) -> Iterator[Path]:
    """Give a home of gpg with one secret key in it; its agent ends with it."""
    # Not in pytest's folders: an agent's socket must not have a long path.
    with tempfile.TemporaryDirectory(prefix="gpg-", ignore_cleanup_errors=True) as made:
        gpg = ["gpg", "--homedir", made, "--batch", "--quiet"]
        secret = make_key(None, owner).secret
        subprocess.run([*gpg, "--import"], input=secret, text=True, check=True)
        yield Path(made)
        subprocess.run(["gpgconf", "--homedir", made, "--kill", "gpg-agent"], check=True)
