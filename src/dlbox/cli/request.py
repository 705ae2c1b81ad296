"""Judge a command line before any box is contacted: options, inventory, limit, settings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from pyinfra.api import Host
from pyinfra_cli.cli import cli

from dlbox.errors import BadInput
from dlbox.paths import DEPLOYS, default_inventory, find_inventory
from dlbox.settings.inventory import Choice, inventory_faults
from roles import ROLES

DEPLOY = str(DEPLOYS / "dlbox.py")


@dataclass(frozen=True)
class Request:
    """A judged command line."""

    choice: Choice
    options: tuple[str, ...]
    """Options for pyinfra, as typed."""
    params: dict[str, Any]
    """The same, parsed by pyinfra's own parser."""
    hosts: tuple[Host, ...]


def parse_request(argv: Iterable[str]) -> Request:
    """Split ``[INVENTORY] [options]`` and judge all of it. Raises BadInput."""
    words = list(argv)
    named = bool(words) and not words[0].startswith("-")
    inventory = find_inventory(words.pop(0)) if named else default_inventory()
    params = _parsed(inventory, words)
    if params["no_wait"]:
        msg = "--no-wait: pyinfra then hides failed operations | leave it out"
        raise BadInput(msg)
    choice = Choice(
        inventory,
        *(tuple(params[word]) for word in ("limit", "exclude", "data", "group_data")),
    )
    hosts = _hosts(choice)
    wrong = inventory_faults(hosts, ROLES.schema)
    if wrong:
        raise BadInput("\n".join(wrong))
    return Request(choice, tuple(words), params, tuple(hosts))


def _parsed(inventory: str, options: list[str]) -> dict[str, Any]:
    try:
        # Without a deploy file pyinfra takes what is left of the options for operations.
        context = cli.make_context("dlbox", [inventory, DEPLOY, *options])
    except click.ClickException as error:
        raise BadInput(error.format_message()) from error
    surplus = [word for word in context.params["operations"] if word != DEPLOY]
    if surplus:
        msg = f"{' '.join(surplus)}: one inventory only | dlbox VERB [INVENTORY] [OPTIONS]"
        raise BadInput(msg)
    return dict(context.params)


def _hosts(choice: Choice) -> list[Host]:
    inventory = choice.inventory
    if inventory.endswith(".py") and not Path(inventory).is_file():
        msg = (
            f"{inventory}: no such inventory file | name one, or leave it out for this machine"
        )
        raise BadInput(msg)
    strange = [pair for pair in choice.data if "=" not in pair]
    if strange:
        msg = (
            f"--data {strange[0]}: is no SETTING=VALUE | group_data/all.py lists every setting"
        )
        raise BadInput(msg)
    try:
        everyone, hosts = choice.everyone(), choice.hosts()
    except Exception as error:
        # An inventory is a program of the user's: whatever it raises is a mistake in it, which
        # pyinfra wraps in an exception that cannot be printed.
        cause = getattr(error, "exception", error)
        msg = f"{inventory}: cannot be read: {type(cause).__name__}: {cause} | fix it"
        raise BadInput(msg) from error
    if not everyone:
        msg = f"{inventory}: names no box | add one, e.g. boxes = ['@local']"
        raise BadInput(msg)
    if not hosts:
        raise BadInput(_no_match(choice, everyone))
    return hosts


def _no_match(choice: Choice, everyone: list[Host]) -> str:
    options = {"--limit": choice.limit, "--exclude": choice.exclude}
    said = " ".join(
        f"{option} {', '.join(words)}" for option, words in options.items() if words
    )
    names = ", ".join(host.name for host in everyone)
    groups = ", ".join(sorted({group for host in everyone for group in host.groups}))
    return f"{said}: matches no box | boxes: {names}; groups: {groups}"
