"""Every kind of thing that a role may own is known wherever a kind is told apart."""

from __future__ import annotations

from dataclasses import fields

import pytest

import dlbox.apply.prune
import dlbox.state.record
from dlbox.apply.record import JOURNAL
from dlbox.state.manifest import FileContent, Manifest

EVERYTHING = Manifest(
    folders={"/f": "755"},
    files={"/t": FileContent("x")},
    made={"/m": "600 root"},
    links={"/l": "/t"},
    trees={"/v": "abc"},
    packages={"tree": ""},
    units={"a.service": "enabled"},
    users={"ada": ""},
)
KINDS = sorted({line.split("\t")[0] for line in EVERYTHING.lines()})


def test_every_field_of_a_manifest_is_declared() -> None:
    assert all(getattr(EVERYTHING, field.name) for field in fields(Manifest))
    assert len(EVERYTHING.lines()) == len(fields(Manifest))
    assert KINDS == ["file", "folder", "link", "package", "tree", "unit", "user"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_looked_at(kind: str) -> None:
    paths = {"file", "folder", "link"}
    wanted = "for kind in file folder link; do look_paths" if kind in paths else f"look_{kind}s"
    assert wanted in dlbox.state.record.OBSERVE


@pytest.mark.parametrize("kind", sorted({*KINDS} - {"package"}))
def test_the_journal_knows_whether_a_kind_was_there(kind: str) -> None:
    # The ledger tells whose packages are.
    arms = JOURNAL.partition("case $1 in")[2].partition("*) false")[0]
    assert kind in arms.replace("|", " ").replace(")", " ").split()


@pytest.mark.parametrize("kind", sorted({*KINDS} - {"user"}))
def test_a_kind_is_pruned(kind: str) -> None:
    # Accounts stay: their homes belong to people.
    assert f"of {kind}" in dlbox.apply.prune.SCRIPT
