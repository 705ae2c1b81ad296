"""Derived things: made again when what they are made from is newer, as make does."""

from __future__ import annotations

from collections.abc import Generator, Iterable

from pyinfra import host
from pyinfra.api import QuoteString, StringCommand, operation
from typing_extensions import override

from dlbox.fact_base import FirstLineFact


class Stale(FirstLineFact):
    """``stale`` when ``product`` is missing, or older than one of ``inputs``."""

    @override
    def command(self, product: str, inputs: tuple[str, ...]) -> StringCommand:
        quoted = QuoteString(product)
        newer = ("find", *[QuoteString(path) for path in inputs], "-newer", quoted)
        return StringCommand("[ -e", quoted, '] && [ -z "$(', *newer, ')" ] || echo stale')


@operation()
def refresh_derived(
    product: str, inputs: Iterable[str], command: str
) -> Generator[StringCommand, None, None]:
    """Run ``command``, which makes ``product``, when it is stale.

    State decides, not whether this run changed an input: a run that was cut between the two
    is made up for by the next.
    """
    paths = tuple(inputs)
    if not host.get_fact(Stale, product=product, inputs=paths):
        host.noop(f"{product} is up to date")
        return
    yield StringCommand(command)
    # An input may be of the near future, as `podman cp` rounds its time to a whole second; the
    # product must not look older than what it was made from.
    made, newer = QuoteString(product), [QuoteString(path) for path in paths]
    yield StringCommand("find", *newer, "-newer", made, "-exec touch -r {}", made, r"\;")
