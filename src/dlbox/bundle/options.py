"""The command line of ``bundle``."""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from typing_extensions import override

from dlbox.bundle.errors import UserError

MOST_JOBS = 64


class _Parser(argparse.ArgumentParser):
    @override
    def error(self, message: str) -> NoReturn:
        msg = f"{message} | ./dlbox bundle --help"
        raise UserError(msg)


@dataclass(frozen=True)
class Options:
    """What was typed, with its paths as the person meant them."""

    lock: Path
    folder: Path
    key: str
    gnupg_home: Path | None
    tar: Path | None
    jobs: int
    snapshot: str | None


def parse_options(argv: list[str]) -> Options:
    """Read the command line. Raises Mistaken."""
    typed = _parser().parse_args(argv)
    if not 1 <= typed.jobs <= MOST_JOBS:
        msg = f"--jobs {typed.jobs}: is not between 1 and {MOST_JOBS}"
        raise UserError(msg)
    if typed.snapshot and not typed.snapshot.startswith(("http://", "https://", "file:", "/")):
        msg = f"--snapshot {typed.snapshot}: is no address | write https://HOST or a folder"
        raise UserError(msg)
    if typed.key.startswith("-"):
        msg = f"--key {typed.key}: is no key | name a secret key: gpg --list-secret-keys"
        raise UserError(msg)
    return Options(
        lock=_meant(typed.lock),
        folder=_meant(typed.to),
        key=typed.key,
        gnupg_home=_meant(typed.gnupg_home) if typed.gnupg_home else None,
        tar=_meant(typed.tar) if typed.tar else None,
        jobs=typed.jobs,
        snapshot=typed.snapshot.rstrip("/") if typed.snapshot else None,
    )


def _parser() -> argparse.ArgumentParser:
    made = _Parser(
        "dlbox bundle",
        description="All that a lock's boxes need, in a folder: what is there is not fetched again.",
    )
    add = made.add_argument
    add("lock", metavar="LOCK", help="as ./dlbox lock wrote it")
    add("--to", required=True, metavar="FOLDER", help="made where it is missing")
    add("--key", required=True, metavar="KEY", help="of yours in gpg: its id or fingerprint")
    add("--gnupg-home", metavar="DIR", help="where gpg keeps it, if not at gpg's usual place")
    add("--tar", metavar="FILE", help="write all of it into one file, too")
    add("--jobs", type=int, default=8, metavar="N", help="downloads at a time (8)")
    add("--snapshot", metavar="URL", help="a snapshot archive for what was withdrawn")
    return made


def _meant(path: str) -> Path:
    """Return the path from where the person stands; ./dlbox itself goes to the checkout."""
    return (Path(os.environ.get("DLBOX_CWD", ".")) / Path(path).expanduser()).absolute()
