"""The text of an apt source in the deb822 format."""

from __future__ import annotations

from collections.abc import Iterable


def stanza(
    uri: str, suite: str, components: Iterable[str], options: Iterable[tuple[str, str]]
) -> str:
    """Return one stanza; a flat repository has the suite ``/`` and no components."""
    words = " ".join(components)
    return (
        f"Types: deb\nURIs: {uri}\nSuites: {suite}\n"
        + (f"Components: {words}\n" if words else "")
        + "".join(_field(option, value) for option, value in options)
    )


def _field(option: str, value: str) -> str:
    # A key that is written out in place continues over several lines, each after a space; an
    # empty line becomes a dot. Field names are those of one-line sources, with one exception.
    name = "Architectures" if option == "arch" else option.title()
    first, *rest = value.splitlines()
    return "\n ".join([f"{name}: {first}".rstrip(), *(line or "." for line in rest)]) + "\n"
