"""The messages about a bundle for the person."""

from __future__ import annotations

import sys

from dlbox.bundle.files import BundleFile
from dlbox.bundle.gpg import SigningKey
from dlbox.bundle.options import Options
from dlbox.bundle.pool import Fetched
from dlbox.bundle.progress import gb
from dlbox.errors import format_error


def need(files: list[BundleFile], lacking: list[BundleFile]) -> None:
    """Print how much there is to download."""
    present = len(files) - len(lacking)
    print(
        f"{len(files)} files, {gb(sum(one.size for one in files))}; {present} are there", end=""
    )
    print(f", {gb(sum(one.size for one in lacking))} to fetch" if lacking else "", flush=True)


def withdrawn(lines: list[str], words: Options) -> None:
    """Print each file that can no longer be downloaded."""
    remedy = (
        f"put it into {words.folder} by hand, or create the lock again"
        if words.snapshot
        else "name an archive that still has it: --snapshot URL"
    )
    for line in lines:
        print("\n".join(format_error("dlbox bundle", f"{line} | {remedy}")), file=sys.stderr)


def snapshots(fetched: Fetched) -> None:
    """Print which packages upstream has withdrawn, and where they were found."""
    elsewhere = {
        one.what: address
        for one, address in fetched.origins.items()
        if one.place.startswith("apt/") and address != one.addresses[0]
    }
    if elsewhere:
        print(
            f"{len(elsewhere)} packages from the snapshot archive; upstream no longer has them:"
        )
    for what in sorted(elsewhere):
        print(f"  {what}  {elsewhere[what]}")


def report_complete(words: Options, key: SigningKey, *, new: bool) -> None:
    """Print that the bundle is complete, and how to use it."""
    state = "is complete" if new else "was already complete; nothing was downloaded or written"
    print(f"{words.folder} {state}; signed by {key.fingerprint}")
    if words.tar:
        print(f"{words.tar} is all of it in one file, {gb(words.tar.stat().st_size)}")
    print(
        "next      serve the bundle or copy it to the box: ./dlbox up --data box_bundle=URL-or-FOLDER"
    )
