"""Parse a box's record: what was applied, and what differs from it, a boot's own changes apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dlbox.shell import LIBRARY, shell_text

CURRENT = "/var/lib/dlbox/current"
JOURNAL = "/var/lib/dlbox/begun"


OBSERVE = LIBRARY + shell_text(__file__, "observe.sh", "observe-trees.sh", "observe-system.sh")
"""Shell with the functions ``look`` and ``keep_listings``."""

# Pass the script on standard input and not as an argument: sudo writes arguments to the box's
# log.
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
"""Shell that prints the record of a box and its differences as ``key value`` lines; it works
for any login."""


@dataclass(frozen=True)
class Difference:
    """A thing whose state differs from its state right after ``up``."""

    kind: str
    name: str
    was: str
    now: str
    count: int = 0
    """Number of entries of a folder that differ; 0: not known."""
    paths: tuple[str, ...] = ()
    """The first of these entries."""


@dataclass(frozen=True)
class Card:
    """A GPU or a switch that a box was set up for."""

    id: str
    """PCI vendor:device of a GPU, e.g. 10de:1b06; device of a switch, e.g. 1af1."""
    address: str = ""
    """PCI address, e.g. 0000:01:00.0; empty: not known, as of a declared card."""


@dataclass(frozen=True)
class Record:
    """Record of a box's last ``up``, and the differences since."""

    digest: str = ""
    """Fingerprint of all inputs of that ``up``; empty: no ``up`` has ended yet."""
    interrupted: bool = False
    """Whether a later ``up`` began and did not end."""
    pending: tuple[str, ...] = ()
    """What that ``up`` left to do."""
    cards: tuple[Card, ...] = ()
    """Cards that the box was set up for."""
    declared: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Kind and name -> declaration of the thing."""
    differences: tuple[Difference, ...] = ()
    unreadable: bool = False
    """Whether there is a record that only root can read while sudo asks for a password."""

    def edited(self, tree: str) -> bool:
        """Return whether the contents of a folder of wheels were changed since ``up``."""
        found = (one for one in self.differences if (one.kind, one.name) == ("tree", tree))
        return any(one.was.split(" ")[0] == one.now.split(" ")[0] for one in found)


def parse_record(pairs: Iterable[tuple[str, str]]) -> Record | None:
    """Return the record from the key and value of each line that ``READ_RECORD`` printed, or None.

    None: there is no record.
    """
    values: dict[str, list[str]] = {}
    for key, value in pairs:
        values.setdefault(key, []).append(value)
    head = [line.partition(" ") for line in values.get("recorded", ())]
    if not head:
        return None
    pending = tuple(value for key, _, value in head if key == "pending")
    was, now = (_states(values.get(key, ())) for key in ("was", "is"))
    paths = _states(values.get("paths", ()))
    after = ExpectedAfterBoot(was.get(("kernel", "modules"), ""), waiting=bool(pending))
    return Record(
        digest=next((value for key, _, value in head if key == "digest"), ""),
        interrupted=("begun", "", "") in head,
        pending=pending,
        cards=tuple(_card(value) for key, _, value in head if key == "card"),
        declared=_states(values.get("declared", ())),
        differences=tuple(
            _difference(item, was.get(item, ""), state, paths.get(item, ""))
            for item, state in now.items()
            if not after.expects(item, was.get(item, ""), state)
        ),
        unreadable=("unreadable", "", "") in head,
    )


def _card(text: str) -> Card:
    number, _, address = text.partition(" ")
    return Card(number, address)


def _states(lines: Iterable[str]) -> dict[tuple[str, str], str]:
    rows = [(*line.split("\t", 2), "", "") for line in lines]
    return {(row[0], row[1]): row[2] for row in rows}


def _difference(item: tuple[str, str], was: str, now: str, paths: str) -> Difference:
    count, *first = paths.split("\t")
    return Difference(*item, was, now, int(count or 0), tuple(first))


@dataclass(frozen=True)
class ExpectedAfterBoot:
    """Changes that the first boot after the record may have made to a box."""

    modules: str
    """KERNEL VERSION of every kernel and its module at the time of the record, separated by
    commas."""
    waiting: bool
    """Whether the record has something pending, for which a boot may have been due."""

    def expects(self, item: tuple[str, str], was: str, now: str) -> bool:
        """Return whether a thing can have gone from ``was`` to ``now`` without a person's change.

        ``item``: kind and name of the thing.
        """
        if was == now:
            return True
        if item[0] == "unit":
            # A unit that did not run may run now: a boot or its timer started it, or it has
            # become able to run.
            enabled, _, activity = was.partition(" ")
            return enabled == now.partition(" ")[0] and activity != "active"
        if item == ("kernel", "running"):
            return self.waiting and now in self._kernels()
        if item == ("kernel", "module-loaded"):
            return "none" in (was, now) or now in self._kernels().values()
        return False

    def _kernels(self) -> dict[str, str]:
        rows = [row.partition(" ") for row in self.modules.split(",")]
        return {kernel: version for kernel, _, version in rows}
