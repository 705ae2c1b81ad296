"""Read an inventory as pyinfra does, and validate its settings before any box is contacted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from typing import Any

from pyinfra.api import Host, Inventory

from dlbox.settings.schema import Schema


def setting_source(host: Host, setting: str) -> str:
    """Return where the value of a setting comes from, by pyinfra's order of precedence."""
    inventory = host.inventory
    if setting in inventory.get_override_data():
        return "--data"
    if setting in inventory.get_host_data(host.name):
        return "the inventory"
    groups = (
        group for group in reversed(host.groups) if setting in inventory.get_group_data(group)
    )
    return f"group {next(groups, 'all')}"


def inventory_faults(hosts: Iterable[Host], schema: Schema) -> list[str]:
    """Return one line per fault in all hosts' data; hosts with the same fault share its line."""
    boxes: dict[str, list[str]] = {}
    for host in hosts:
        for setting, fault in schema.faults(host_data(host)).items():
            line = f"{setting} ({setting_source(host, setting)}): {fault}"
            boxes.setdefault(line, []).append(host.name)
    return [f"{', '.join(names)}: {line}" for line, names in boxes.items()]


def host_data(host: Host) -> dict[str, Any]:
    """Return the data of a host, with every precedence applied."""
    return dict(host.data.dict())


def load(name: str, options: Iterable[str] = (), group_data: Iterable[str] = ()) -> Inventory:
    """Return an inventory that is loaded with ``--data KEY=VALUE`` options.

    pyinfra_cli.inventory is not a public interface; only this function uses it.
    """
    from pyinfra.api import State  # noqa: PLC0415 - imports gevent's patches with pyinfra_cli
    from pyinfra.context import ctx_state  # noqa: PLC0415
    from pyinfra_cli.inventory import make_inventory  # noqa: PLC0415
    from pyinfra_cli.util import parse_cli_arg  # noqa: PLC0415

    pairs = [option.split("=", 1) for option in options]
    override = {key: parse_cli_arg(value) for key, value in pairs}
    with ctx_state.use(State()):
        inventory: Inventory = make_inventory(
            name, override_data=override, cwd=".", group_data_directories=list(group_data)
        )
    return inventory


@dataclass(frozen=True)
class Choice:
    """Selection of boxes of an inventory, and its data; words are as pyinfra's options take them."""

    inventory: str
    limit: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    group_data: tuple[str, ...] = ()

    def everyone(self) -> list[Host]:
        """Return every box of the inventory."""
        return list(load(self.inventory, self.data, self.group_data))

    def hosts(self) -> list[Host]:
        """Return the boxes that ``limit`` and ``exclude`` leave; both name hosts or groups."""
        return [
            host
            for host in self.everyone()
            if (not self.limit or _named(host, self.limit)) and not _named(host, self.exclude)
        ]


@cache
def selected_hosts(choice: Choice) -> list[Host]:
    """Return the boxes of a choice; the inventory is read once."""
    return choice.hosts()


def _named(host: Host, patterns: Iterable[str]) -> bool:
    return any(fnmatch(host.name, pattern) or pattern in host.groups for pattern in patterns)
