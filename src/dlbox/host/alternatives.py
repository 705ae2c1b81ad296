"""Operation on the distribution's alternatives system (update-alternatives)."""

from __future__ import annotations

from collections.abc import Generator, Iterable

from pyinfra import host
from pyinfra.api import QuoteString, StringCommand, operation

from dlbox.host.files import PathStates


@operation()
def alternative(
    link: str, choices: Iterable[str], chosen: str
) -> Generator[StringCommand, None, None]:
    """Make ``link`` an alternative between ``choices``, and select ``chosen``."""
    name = link.rpartition("/")[2]
    at_work = f"/etc/alternatives/{name}"
    found: dict[str, str] = host.get_fact(PathStates, paths=(link, at_work))
    if found == {link: f"link {at_work}", at_work: f"link {chosen}"}:
        host.noop(f"{link} is {chosen}")
        return
    for choice in choices:
        words = [QuoteString(word) for word in (link, name, choice)]
        yield StringCommand("update-alternatives --quiet --install", *words, "50")
    yield StringCommand("update-alternatives --quiet --set", *map(QuoteString, (name, chosen)))
