"""Read and write lock files: equal content gives equal bytes, and an edited lock is refused."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from typing_extensions import override

from dlbox.lockfile.model import FORMAT, Lock
from dlbox.stack.model import Refused

HEAD = "# Written by ./dlbox lock. An edited lock is refused; ./dlbox lock --update makes it again.\n"


def seal_lock(content: dict[str, Any]) -> Lock:
    """Return the lock with this content, which has every field except digest and format."""
    whole = Lock.model_validate({"format": FORMAT, "digest": "", **content})
    return whole.model_copy(update={"digest": content_digest(whole.model_dump(mode="json"))})


def content_digest(content: dict[str, Any]) -> str:
    """Return the SHA-256 of a lock's content, without the digest itself."""
    rest = {key: value for key, value in content.items() if key != "digest"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def dump_lock(lock: Lock) -> str:
    """Return the text of a lock's file."""
    plain = lock.model_dump(mode="json")
    return HEAD + yaml.safe_dump(plain, sort_keys=False, width=1000, allow_unicode=True)


MOST_BYTES = 32_000_000
"""A lock of 2,000 packages has 1 MB."""


class _PlainLoader(yaml.SafeLoader):
    """Loads what dlbox writes: no aliases, with which a few lines can ask for all memory."""

    @override
    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            msg = "it has an alias"
            raise yaml.YAMLError(msg)
        return super().compose_node(parent, index)


def load_plain(text: str) -> Any:
    """Return the data of a YAML text that dlbox has written. Raises YAMLError."""
    if len(text) > MOST_BYTES:
        msg = f"it has more than {MOST_BYTES // 1_000_000} MB"
        raise yaml.YAMLError(msg)
    try:
        return yaml.load(text, Loader=_PlainLoader)  # noqa: S506 - a safe loader, with less
    except (RecursionError, ValueError) as error:
        msg = f"it cannot be understood: {type(error).__name__}"
        raise yaml.YAMLError(msg) from error


def parse_lock(text: str, name: str) -> Lock:
    """Return the lock that a text holds; ``name`` is its name in messages. Raises Refused."""
    remedy = f"make it again: ./dlbox lock --update, or take {name} as it was written"
    try:
        plain = load_plain(text)
        lock = Lock.model_validate_json(json.dumps(plain))
    except (yaml.YAMLError, ValidationError, TypeError, ValueError) as error:
        reason = str(error).splitlines()[0]
        msg = f"{name} is no lock of dlbox ({reason}) | {remedy}"
        raise Refused(msg) from error
    if lock.format != FORMAT:
        msg = f"{name} is of format {lock.format}, this dlbox writes {FORMAT} | {remedy}"
        raise Refused(msg)
    if content_digest(lock.model_dump(mode="json")) != lock.digest:
        msg = f"{name} was edited after it was written | {remedy}"
        raise Refused(msg)
    return lock


def load_lock(path: str) -> Lock:
    """Return the lock in a file on the controller. Raises Refused."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        msg = f"box_lock {path}: cannot read it: {reason} | ./dlbox lock writes it"
        raise Refused(msg) from error
    return parse_lock(text, path)
