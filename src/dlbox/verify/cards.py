"""Check of the cards that the whole stack was chosen for."""

from __future__ import annotations

from dlbox.host.cards import lost_cards_fault
from dlbox.host.identity import Identity
from dlbox.settings.schema import Settings


def test_the_box_has_the_cards_that_it_was_set_up_for(
    seen: Identity, settings: Settings
) -> None:
    fault = lost_cards_fault(seen, settings)
    assert not fault, fault
