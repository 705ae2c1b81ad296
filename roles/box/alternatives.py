"""The alternatives system."""

from __future__ import annotations

from collections.abc import Generator, Iterable

from pyinfra import host
from pyinfra.api import FactBase, QuoteString, StringCommand, operation
from typing_extensions import override


class LinkTargets(FactBase[dict[str, str]]):
    """Path -> where it points; paths that are no links are left out."""

    @override
    def command(self, paths: tuple[str, ...]) -> StringCommand:
        quoted = [QuoteString(path) for path in paths]
        return StringCommand(
            "for path in", *quoted, r"""; do if [ -L "$path" ]; then""",
            r"""printf '%s\t%s\n' "$path" "$(readlink "$path")"; fi; done""",
        )  # fmt: skip

    @staticmethod
    @override
    def default() -> dict[str, str]:
        return {}

    @override
    def process(self, output: Iterable[str]) -> dict[str, str]:
        return dict(line.split("\t", 1) for line in output)


@operation()
def alternative(
    link: str, choices: Iterable[str], chosen: str
) -> Generator[StringCommand, None, None]:
    """Have ``link`` be an alternative between ``choices``, set to ``chosen``."""
    name = link.rpartition("/")[2]
    at_work = f"/etc/alternatives/{name}"
    found = host.get_fact(LinkTargets, paths=(link, at_work))
    if found == {link: at_work, at_work: chosen}:
        host.noop(f"{link} is {chosen}")
        return
    for choice in choices:
        words = [QuoteString(word) for word in (link, name, choice)]
        yield StringCommand("update-alternatives --quiet --install", *words, "50")
    yield StringCommand("update-alternatives --quiet --set", *map(QuoteString, (name, chosen)))
