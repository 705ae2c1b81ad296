"""What a box is, where it cannot say so itself."""

from __future__ import annotations

from roles import ROLES


def test_nvswitches_are_declared_beside_cards() -> None:
    for switch in ("10de:1af1", "10de:22a3", "1af1", "nvlink5"):
        assert ROLES.schema.faults({"box_gpus": ["10de:2330", switch]}) == {}
