"""What a box's record says was applied to it, and what there is no longer as it was then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dlbox.shell import shell_text
from dlbox.state.boot import ExpectedAfterBoot

CURRENT = "/var/lib/dlbox/current"
JOURNAL = "/var/lib/dlbox/begun"


OBSERVE = shell_text(__file__, "observe.sh", "observe-trees.sh", "observe-system.sh")
"""Shell with the functions ``look`` and ``keep_listings``."""

# By its input and not as an argument: sudo writes arguments into the box's log.
READ_RECORD = f"""
if [ -L {CURRENT} ] || [ -e {JOURNAL} ]; then
  if [ "$(id -u)" = 0 ]; then as_root=; else as_root='sudo -n'; fi
  if ! $as_root true 2>/dev/null; then echo recorded unreadable; else $as_root sh <<'END_OF_LOOK'
{OBSERVE}{shell_text(__file__, "compare.sh")}
compare </dev/null
END_OF_LOOK
  fi
fi
"""
"""Shell that prints a box's record and what differs, as lines of ``key value``; for any login."""


@dataclass(frozen=True)
class Difference:
    """A thing that does not stand as it did right after ``up``."""

    kind: str
    name: str
    was: str
    now: str
    count: int = 0
    """Of a folder's contents that differ; 0: not known."""
    paths: tuple[str, ...] = ()
    """The first of them."""


@dataclass(frozen=True)
class Record:
    """A box's record of its last ``up``, and what has changed since."""

    digest: str = ""
    """Of all inputs of that ``up``; empty: none has ended yet."""
    interrupted: bool = False
    """A later ``up`` has begun, and did not end."""
    pending: tuple[str, ...] = ()
    """What was left to do."""
    declared: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Kind and name -> what the thing was declared to be."""
    differences: tuple[Difference, ...] = ()
    unreadable: bool = False
    """There is a record, which only root can read, and sudo asks for a password."""

    def edited(self, tree: str) -> bool:
        """Whether somebody has changed what is in a folder of wheels."""
        found = (one for one in self.differences if (one.kind, one.name) == ("tree", tree))
        return any(one.was.split(" ")[0] == one.now.split(" ")[0] for one in found)


def parse_record(pairs: Iterable[tuple[str, str]]) -> Record | None:
    """Read what RECORDED printed, key and value of each line; None: there is no record."""
    said: dict[str, list[str]] = {}
    for key, value in pairs:
        said.setdefault(key, []).append(value)
    head = [line.partition(" ") for line in said.get("recorded", ())]
    if not head:
        return None
    pending = tuple(value for key, _, value in head if key == "pending")
    was, now = (_states(said.get(key, ())) for key in ("was", "is"))
    paths = _states(said.get("paths", ()))
    after = ExpectedAfterBoot(was.get(("kernel", "modules"), ""), waiting=bool(pending))
    return Record(
        digest=next((value for key, _, value in head if key == "digest"), ""),
        interrupted=("begun", "", "") in head,
        pending=pending,
        declared=_states(said.get("declared", ())),
        differences=tuple(
            _difference(item, was.get(item, ""), state, paths.get(item, ""))
            for item, state in now.items()
            if not after.expects(item, was.get(item, ""), state)
        ),
        unreadable=("unreadable", "", "") in head,
    )


def _states(lines: Iterable[str]) -> dict[tuple[str, str], str]:
    rows = [(*line.split("\t", 2), "", "") for line in lines]
    return {(row[0], row[1]): row[2] for row in rows}


def _difference(item: tuple[str, str], was: str, now: str, paths: str) -> Difference:
    count, *first = paths.split("\t")
    return Difference(*item, was, now, int(count or 0), tuple(first))
