"""The list of host data that pyinfra reads is pyinfra's own list."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import Any, get_type_hints

import pytest
from pyinfra.api.arguments import AllArguments
from pyinfra.connectors.base import BaseConnector

from dlbox.settings.pyinfra_data import (
    CONNECTOR_DATA,
    GENERATION,
    GLOBAL_ARGUMENTS,
    PYINFRA_DATA,
)
from roles import ROLES

CONNECTORS: dict[str, type[BaseConnector]] = {
    entry.name: entry.load() for entry in entry_points(group="pyinfra.connectors")
}
NAMED_BY_ONE_CONNECTOR = {
    "docker_image",  # dockerssh and podmanssh, of their hosts' names
    "docker_container_id",  # the same, of a container that somebody has started
    "chroot_directory",  # chroot, of its hosts' names
}
"""Data that connectors read without declaring it."""


def test_global_arguments_are_those_of_pyinfra() -> None:
    # The name of an operation is an argument of that operation, never host data.
    assert get_type_hints(AllArguments).keys() - {"name"} == GLOBAL_ARGUMENTS


def test_connector_data_is_what_pyinfras_connectors_declare() -> None:
    declared = {name for one in CONNECTORS.values() for name in get_type_hints(one.data_cls)}
    explained = {name for one in CONNECTORS.values() for name in one.data_meta}
    assert declared == explained
    assert declared | NAMED_BY_ONE_CONNECTOR == CONNECTOR_DATA


@pytest.mark.parametrize("connector", ["chroot", "docker", "dockerssh", "podman", "podmanssh"])
def test_data_that_a_connector_gives_its_hosts_is_let_through(connector: str) -> None:
    [(_, data, _)] = CONNECTORS[connector].make_names_data("box:image")
    assert data
    assert ROLES.schema.faults(data) == {}


def test_nothing_that_is_let_through_is_a_setting_too() -> None:
    assert PYINFRA_DATA & {*ROLES.schema.defaults()} == set()
    assert {GENERATION} | GLOBAL_ARGUMENTS | CONNECTOR_DATA == PYINFRA_DATA


def test_all_of_it_is_let_through_at_once() -> None:
    assert ROLES.schema.faults(dict.fromkeys(PYINFRA_DATA)) == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("docker_versoin", 3),
        ("docker_versions", "3"),
        ("podman_identifier", "box"),
        ("ssh_usr", "ada"),
        ("_sudoo", True),
        ("fake", 1),
    ],
)
def test_a_misspelt_name_is_refused_whatever_it_begins_with(name: str, value: Any) -> None:
    [(refused, fault)] = ROLES.schema.faults({name: value}).items()
    assert refused == name
    assert fault.startswith("no such setting | ")
