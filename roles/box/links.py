"""Symbolic links, many in one command, and the alternatives system."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping

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
def links(wanted: Mapping[str, str]) -> Generator[StringCommand, None, None]:
    """Have each path be a link to its target."""
    found = host.get_fact(LinkTargets, paths=tuple(wanted))
    wrong = {path: target for path, target in wanted.items() if found.get(path) != target}
    if not wrong:
        host.noop(f"{len(wanted)} links are right")
    for path, target in wrong.items():
        folder = path.rpartition("/")[0]
        link = QuoteString(path)
        theirs = QuoteString(f"{path} is somebody else's file; move it away, then run again")
        yield StringCommand("umask 022; mkdir -p", QuoteString(folder))
        yield StringCommand(
            "[ -L", link, "] || [ ! -e", link, "] || { echo", theirs, ">&2; exit 1; }"
        )  # fmt: skip
        yield StringCommand("ln -sfnT", QuoteString(target), link)


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
