"""The cards of a record, as the look at a box prints them."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlbox.apply.record import applied_yaml, record_head
from dlbox.state.record import READ_RECORD, Card, parse_record
from tests.support.box_shell import shell
from tests.support.builders import GTX_1080_TI, a_box, a_plan


def look(home: Path, head: str, applied: str) -> tuple[Card, ...]:
    """Return the cards that a look at a box with this record finds."""
    current = home / "current"
    current.mkdir()
    (current / "head").write_text(head)
    (current / "applied.yaml").write_text(applied)
    (current / "seen").write_text("file\t/nowhere\tgone\n")
    (current / "wanted").write_text("")
    text = READ_RECORD.replace("[ -L /var/lib/dlbox/current ]", "true")
    out = shell(text.replace("/var/lib/dlbox", str(home)))
    record = parse_record((key, value) for key, _, value in (o.partition(" ") for o in out))
    assert record is not None
    assert record.digest == "abc"
    return record.cards


def test_the_head_of_a_record_names_each_card_and_its_slot(tmp_path: Path) -> None:
    head = "digest abc\nlock def\ncard 10de:1b06 0000:01:00.0\ncard 1af1\npending wait\n"
    assert look(tmp_path, head, "stack:\n  cards:\n  - id: 10de:2684\n") == (
        Card("10de:1b06", "0000:01:00.0"),
        Card("1af1"),
    )


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_record_of_an_older_dlbox_has_the_cards_of_its_stack(
    tmp_path: Path, count: int
) -> None:
    plan = a_plan(a_box(), box_gpus=[GTX_1080_TI] * count)
    assert look(tmp_path, "digest abc\n", applied_yaml(plan)) == (Card(GTX_1080_TI),) * count


def test_a_record_is_written_with_the_planned_cards() -> None:
    plan = a_plan(a_box(), box_gpus=[GTX_1080_TI] * 2)
    assert record_head(plan, ["wait"])[1:] == [
        f"card {GTX_1080_TI}",
        f"card {GTX_1080_TI}",
        "pending wait",
    ]
