"""The search goes back to the layer that is to blame, and to no other."""

from dataclasses import replace
from datetime import date

import pytest

from dlbox.stack import search as module
from dlbox.stack.candidate import Candidate, Chosen, Need
from dlbox.stack.catalog_loader import catalog
from dlbox.stack.constraint import Constraint
from dlbox.stack.gpus import gpu_table
from dlbox.stack.layers import LAYERS, Layer
from dlbox.stack.problem import Problem
from dlbox.stack.search import search, violated

BOX = Problem((), (), "debian-13", (), catalog(), date(2026, 11, 24))


def a(layer: str, version: str, **needs: str) -> Candidate:
    """Return a candidate that needs these layers at these versions."""
    return Candidate(
        layer,
        version,
        needs=tuple(
            Need((other,), lambda chosen, o=other, v=value: chosen[o].version == v, "")  # type: ignore[misc]  # the defaults bind this turn's
            for other, value in needs.items()
        ),
    )


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Record the candidates that a search looks at, in order."""
    found: list[str] = []

    def noted(candidate: Candidate, chosen: Chosen) -> list[tuple[str, ...]]:
        found.append(f"{candidate.layer}{candidate.version}")
        return violated(candidate, chosen)

    monkeypatch.setattr(module, "violated", noted)
    return found


def solved(monkeypatch: pytest.MonkeyPatch, **domains: list[Candidate]) -> str | None:
    """Search layers of one's own, in place of the stack's."""
    monkeypatch.setattr(module, "LAYERS", {name: Layer(lambda _: []) for name in domains})
    monkeypatch.setattr(module, "domain", lambda _, name: domains[name])
    found = search(BOX)
    return " ".join(f"{name}{row.version}" for name, row in found.items()) if found else None


def test_the_first_of_every_layer_is_taken_where_nothing_objects(
    monkeypatch: pytest.MonkeyPatch, tried: list[str]
) -> None:
    found = solved(monkeypatch, a=[a("a", "1"), a("a", "2")], b=[a("b", "1"), a("b", "2")])
    assert found == "a1 b1"
    assert tried == ["a1", "b1"]


def test_a_layer_in_between_is_not_tried_anew_when_it_is_not_to_blame(
    monkeypatch: pytest.MonkeyPatch, tried: list[str]
) -> None:
    found = solved(
        monkeypatch,
        a=[a("a", "1"), a("a", "2")],
        b=[a("b", str(n)) for n in range(9)],
        c=[a("c", "1", a="2")],
    )
    assert found == "a2 b0 c1"
    assert tried == ["a1", "b0", "c1", "a2", "b0", "c1"]


def test_a_layer_that_is_to_blame_is_tried_to_its_end_before_an_earlier_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = solved(
        monkeypatch,
        a=[a("a", "1"), a("a", "2")],
        b=[a("b", "1"), a("b", "2", a="1"), a("b", "3")],
        c=[a("c", "1", b="2", a="2"), a("c", "2", b="3")],
    )
    assert found == "a1 b3 c2"


def test_blame_is_handed_on_to_the_layer_behind_the_one_that_was_exhausted(
    monkeypatch: pytest.MonkeyPatch, tried: list[str]
) -> None:
    found = solved(
        monkeypatch,
        a=[a("a", "1"), a("a", "2")],
        b=[a("b", "1"), a("b", "2", a="2")],
        c=[a("c", str(n)) for n in range(5)],
        d=[a("d", "1", b="2")],
    )
    assert found == "a2 b2 c0 d1"
    assert len([step for step in tried if step.startswith("c")]) == 3


def test_what_cannot_be_is_found_out_without_trying_everything(
    monkeypatch: pytest.MonkeyPatch, tried: list[str]
) -> None:
    found = solved(
        monkeypatch,
        a=[a("a", "1")],
        **{f"b{n}": [a(f"b{n}", str(m)) for m in range(9)] for n in range(6)},
        c=[a("c", "1", a="2")],
    )
    assert found is None
    assert len(tried) == 8


def test_a_layer_without_any_candidate_ends_the_search(
    monkeypatch: pytest.MonkeyPatch, tried: list[str]
) -> None:
    found = solved(monkeypatch, a=[a("a", str(n)) for n in range(9)], b=[], c=[a("c", "1")])
    assert found is None
    assert tried == ["a0"]


def asked(system: str, card: str, *constraints: Constraint) -> Problem:
    gpus = (gpu_table()[f"10de:{card}"],)
    return replace(BOX, gpus=gpus, system=system, constraints=constraints)


def test_to_go_without_a_layer_is_tried_last() -> None:
    found = search(asked("debian-13", "2684"))
    assert found
    assert found["pytorch"].there
    assert not found["jax"].there
    assert list(found) == list(LAYERS)


def test_a_framework_that_is_demanded_moves_the_driver() -> None:
    plain = search(asked("debian-13", "2684"))
    moved = search(asked("debian-13", "2684", Constraint("jax_variant", "cuda13")))
    assert plain
    assert moved
    assert (plain["driver"].version, moved["driver"].version) == ("550.163.01", "595.112.07")


def test_a_library_that_is_demanded_moves_the_toolkit_and_not_the_driver() -> None:
    plain = search(asked("ubuntu-24.04", "2684"))
    moved = search(asked("ubuntu-24.04", "2684", Constraint("cudnn", "9.10.*")))
    assert plain
    assert moved
    assert (plain["cuda"].version, moved["cuda"].version) == ("13.0", "12.9")
    assert plain["driver"] == moved["driver"]


def test_a_layer_that_is_not_demanded_moves_nothing() -> None:
    constraints = (Constraint("driver", "550"), Constraint("python", "*"))
    found = search(asked("debian-13", "2684", *constraints))
    assert found
    assert (found["driver"].version, found["pytorch"].version) == ("550.163.01", "2.10.0")
