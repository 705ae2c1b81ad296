"""Fetch all that a lock's boxes need into a folder: a signed apt repository and a wheel house."""

from __future__ import annotations

import sys
from pathlib import Path
from threading import Event

from deploys._artefacts.outside import Unreadable
from deploys._bundle import telling
from deploys._bundle.asked import Asked, asked
from deploys._bundle.download import Downloads
from deploys._bundle.faults import Fault
from deploys._bundle.parallel import Fetched, fetch
from deploys._bundle.placed import alone
from deploys._bundle.progress import Progress, gb
from deploys._bundle.room import demand
from deploys._bundle.signing import SigningKey, secret_key
from deploys._bundle.tar import pack
from deploys._bundle.texts import write_texts
from deploys._bundle.wanted import Wanted, debs, missing, wheels
from deploys._bundle.wheel_house import Resolve, addressed, lock_names, resolver
from roles.lock.model import Lock
from roles.lock.text import opened
from roles.stack.model import Refused

OK, FAILED, BAD_INPUT = 0, 1, 2


def main(argv: list[str]) -> int:
    """Make the bundle, or what it lacks; a second run finds all of it there."""
    try:
        words = asked(argv)
        lock = opened(str(words.lock))
        key = secret_key(words.key, words.gnupg_home)
        with alone(words.folder):
            return bundle(words, lock, key, resolver(lock))
    except Refused as refused:
        code, why = BAD_INPUT, str(refused)
    except Fault as fault:
        code, why = fault.code, str(fault)
    except Unreadable as unread:
        code, why = FAILED, str(unread)
    except OSError as error:
        where = error.filename or "the disk"
        code, why = FAILED, f"{where}: {error.strerror} | mend that and run the same again"
    print(f"dlbox bundle: {why}", file=sys.stderr)
    return code


def bundle(words: Asked, lock: Lock, key: SigningKey, resolve: Resolve) -> int:
    """Fetch, index, sign, pack and tell. Raises Fault."""
    files = [*debs(lock, words.snapshot), *wheels(lock)]
    lacking = missing(files, words.folder, words.jobs)
    telling.need(files, lacking)
    demand(need(words, files, lacking))
    fetched = fetch_all(addressed(lacking, lock_names(lock), resolve), words)
    if fetched.withdrawn:
        telling.withdrawn(fetched.withdrawn, words)
        return FAILED
    telling.snapshots(fetched)
    names, changed = write_texts(words, lock, key, files)
    packed = words.tar is not None and pack(words.tar, words.folder, names, lock.day)
    telling.done(words, key, new=bool(lacking) or changed or packed)
    return OK


def need(words: Asked, files: list[Wanted], lacking: list[Wanted]) -> list[tuple[Path, int]]:
    """Return where how many bytes will be written."""
    rest = sum(one.size - min(one.begun(words.folder), one.size) for one in lacking)
    tar = [(words.tar, sum(one.size for one in files))] if words.tar else []
    return [(words.folder, rest), *((path, size) for path, size in tar if not path.exists())]


def fetch_all(lacking: list[Wanted], words: Asked) -> Fetched:
    """Fetch what is not there, and say how it goes. Raises Fault."""
    if not lacking:
        return Fetched()
    begun = sum(one.begun(words.folder) for one in lacking)
    progress = Progress(sum(one.size for one in lacking), len(lacking), sys.stderr, begun=begun)
    fetched = fetch(lacking, Downloads(words.folder, progress, Event()), words.jobs)
    rate = progress.fetched / max(progress.seconds, 0.001) / 1e6
    print(f"fetched {gb(progress.fetched)} in {progress.seconds:.0f} s, {rate:.1f} MB/s")
    return fetched
