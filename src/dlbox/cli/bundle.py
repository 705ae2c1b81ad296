"""Fetch all that a lock's boxes need into a folder: a signed apt repository and a wheel house."""

from __future__ import annotations

import sys
from pathlib import Path
from threading import Event
from typing import Any

from dlbox.bundle import messages
from dlbox.bundle.download import Downloads
from dlbox.bundle.errors import BundleError
from dlbox.bundle.files import BundleFile, debs, missing, wheels
from dlbox.bundle.gpg import SigningKey, secret_key
from dlbox.bundle.index import write_texts
from dlbox.bundle.options import PARAMETERS, Options, validate_options
from dlbox.bundle.pool import Fetched, fetch
from dlbox.bundle.progress import Progress, gb
from dlbox.bundle.wheels import Resolve, addressed, lock_names, resolver
from dlbox.bundle.writer import exclusive, pack, require_space
from dlbox.cli.command import complain, verb
from dlbox.exit_code import ExitCode
from dlbox.lockfile.file import load_lock
from dlbox.lockfile.model import Lock
from dlbox.stack.model import Refused
from dlbox.subprocesses import Unreadable

EXAMPLE = """\
dlbox bundle locks/lab.lock --to /srv/bundle --key 0123ABCD
dlbox bundle locks/lab.lock --to bundle --key 0123ABCD --tar bundle.tar"""
CODES = (ExitCode.FAILED, ExitCode.BAD_INPUT, ExitCode.REFUSED)


@verb("bundle", EXAMPLE, *CODES, params=PARAMETERS)
def command(**typed: Any) -> int:
    """A signed apt repository and a wheel house. What is there already is not fetched again."""
    try:
        words = validate_options(**typed)
        lock = load_lock(str(words.lock))
        key = secret_key(words.key, words.gnupg_home)
        with exclusive(words.folder):
            return bundle(words, lock, key, resolver(lock))
    except BrokenPipeError:
        raise
    except Refused as refused:
        code, why = int(ExitCode.BAD_INPUT), str(refused)
    except BundleError as fault:
        code, why = fault.code, str(fault)
    except Unreadable as unread:
        code, why = ExitCode.FAILED, str(unread)
    except OSError as error:
        where = error.filename or "the disk"
        code = ExitCode.FAILED
        why = f"{where}: {error.strerror} | fix that and run the same command again"
    complain("bundle", why)
    return code


def bundle(words: Options, lock: Lock, key: SigningKey, resolve: Resolve) -> int:
    """Fetch, index, sign, pack and tell. Raises BundleError."""
    files = [*debs(lock, words.snapshot), *wheels(lock)]
    lacking = missing(files, words.folder, words.jobs)
    messages.need(files, lacking)
    require_space(need(words, files, lacking))
    fetched = fetch_all(addressed(lacking, lock_names(lock), resolve), words)
    if fetched.withdrawn:
        messages.withdrawn(fetched.withdrawn, words)
        return ExitCode.FAILED
    messages.snapshots(fetched)
    names, changed = write_texts(words, lock, key, files)
    packed = words.tar is not None and pack(words.tar, words.folder, names, lock.day)
    messages.report_complete(words, key, new=bool(lacking) or changed or packed)
    return ExitCode.OK


def need(
    words: Options, files: list[BundleFile], lacking: list[BundleFile]
) -> list[tuple[Path, int]]:
    """Return where how many bytes will be written."""
    rest = sum(one.size - min(one.bytes_on_disk(words.folder), one.size) for one in lacking)
    tar = [(words.tar, sum(one.size for one in files))] if words.tar else []
    return [(words.folder, rest), *((path, size) for path, size in tar if not path.exists())]


def fetch_all(lacking: list[BundleFile], words: Options) -> Fetched:
    """Fetch what is not there, and say how it goes. Raises BundleError."""
    if not lacking:
        return Fetched()
    existing = sum(one.bytes_on_disk(words.folder) for one in lacking)
    progress = Progress(
        sum(one.size for one in lacking), len(lacking), sys.stderr, existing=existing
    )
    fetched = fetch(lacking, Downloads(words.folder, progress, Event()), words.jobs)
    rate = progress.fetched / max(progress.seconds, 0.001) / 1e6
    print(f"fetched {gb(progress.fetched)} in {progress.seconds:.0f} s, {rate:.1f} MB/s")
    return fetched


main = command.run
