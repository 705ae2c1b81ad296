"""Rebuild derived files when one of their inputs is newer, as make does."""

from __future__ import annotations

from collections.abc import Generator, Iterable

from pyinfra import host
from pyinfra.api import QuoteString, StringCommand, operation
from typing_extensions import override

from dlbox.fact_base import FirstLineFact


class Stale(FirstLineFact):
    """Fact: ``stale`` if ``product`` is missing or older than one of ``inputs``, else empty."""

    @override
    def command(self, product: str, inputs: tuple[str, ...]) -> StringCommand:
        quoted = QuoteString(product)
        newer = ("find", *[QuoteString(path) for path in inputs], "-newer", quoted)
        return StringCommand("[ -e", quoted, '] && [ -z "$(', *newer, ')" ] || echo stale')


@operation()
def refresh_derived(
    product: str, inputs: Iterable[str], command: str
) -> Generator[StringCommand, None, None]:
    """Run ``command``, which makes ``product``, if the product is stale.

    The state of the box decides, not whether this run changed an input. If a run is cut between
    the two, the next run catches up.
    """
    paths = tuple(inputs)
    if not host.get_fact(Stale, product=product, inputs=paths):
        host.noop(f"{product} is up to date")
        return
    yield StringCommand(command)
    # An input may lie slightly in the future, since `podman cp` rounds its time to a whole
    # second. The product must not look older than its inputs.
    made, newer = QuoteString(product), [QuoteString(path) for path in paths]
    yield StringCommand("find", *newer, "-newer", made, "-exec touch -r {}", made, r"\;")
