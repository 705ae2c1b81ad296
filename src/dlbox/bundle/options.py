"""The command line of ``bundle``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from dlbox.bundle.errors import UserError
from dlbox.errors import usage_text
from dlbox.paths import typed_path

MOST_JOBS = 64
PARAMETERS: tuple[click.Parameter, ...] = (
    click.Argument(["lock"], metavar="LOCK"),
    click.Option(["--to"], required=True, metavar="FOLDER", help="Created if missing."),
    click.Option(
        ["--key"],
        required=True,
        metavar="KEY",
        help="Id or fingerprint of your secret gpg key.",
    ),
    click.Option(
        ["--gnupg-home"], metavar="DIR", help="gpg's home folder, if not the default."
    ),
    click.Option(["--tar"], metavar="FILE", help="Also write the bundle as one tar file."),
    click.Option(["--jobs"], type=int, default=8, metavar="N", help="Parallel downloads (8)."),
    click.Option(
        ["--snapshot"], metavar="URL", help="Snapshot archive for withdrawn packages."
    ),
)


@dataclass(frozen=True)
class Options:
    """The options as typed, with paths resolved against the user's folder."""

    lock: Path
    folder: Path
    key: str
    gnupg_home: Path | None
    tar: Path | None
    jobs: int
    snapshot: str | None


def parse_options(argv: Sequence[str]) -> Options:
    """Parse a command line. Raises UserError."""
    try:
        context = click.Command("bundle", params=[*PARAMETERS]).make_context(None, [*argv])
    except click.ClickException as error:
        raise UserError(usage_text(error)) from error
    return validate_options(**context.params)


def validate_options(  # noqa: PLR0913 - the options, by name
    *,
    lock: str,
    to: str,
    key: str,
    gnupg_home: str | None,
    tar: str | None,
    jobs: int,
    snapshot: str | None,
) -> Options:
    """Check the typed options and return them with absolute paths. Raises UserError."""
    if not 1 <= jobs <= MOST_JOBS:
        msg = f"--jobs {jobs}: is not between 1 and {MOST_JOBS} | 8 is the default"
        raise UserError(msg)
    if snapshot and not snapshot.startswith(("http://", "https://", "file:", "/")):
        msg = f"--snapshot {snapshot}: is no address | write https://HOST or a folder"
        raise UserError(msg)
    if key.startswith("-"):
        msg = f"--key {key}: is no key | name a secret key: gpg --list-secret-keys"
        raise UserError(msg)
    return Options(
        lock=typed_path(lock),
        folder=typed_path(to),
        key=key,
        gnupg_home=typed_path(gnupg_home) if gnupg_home else None,
        tar=typed_path(tar) if tar else None,
        jobs=jobs,
        snapshot=snapshot.rstrip("/") if snapshot else None,
    )
