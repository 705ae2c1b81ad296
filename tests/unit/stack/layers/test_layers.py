"""The layers and their candidates."""

import pytest

from dlbox.stack.catalog_loader import catalog
from dlbox.stack.layers import LAYERS
from dlbox.stack.layers.driver import candidates
from dlbox.stack.problem import Problem

FACTS = catalog()


@pytest.mark.parametrize("system", FACTS.systems)
def test_every_layer_can_name_its_candidates_on_every_system(system: str) -> None:
    problem = Problem((), (), system, (), FACTS, FACTS.systems[system].until)
    for name, layer in LAYERS.items():
        found = list(layer.candidates(problem))
        assert found, name
        assert all(candidate.layer == name for candidate in found)
        assert all(candidate.version for candidate in found)
    drivers = [(row.label, row.version) for row in candidates(problem)]
    assert len(drivers) == len(set(drivers))
