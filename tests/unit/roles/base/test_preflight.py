"""A clock that is off, or too little disk, stops a run before anything is changed."""

from typing import Any

import pytest

from dlbox.host.identity import Identity
from dlbox.plan.role import Preflight
from dlbox.stack.model import Refused
from roles import ROLES
from tests.support.builders import a_box, a_plan, some_settings

NOW = 1_795_000_000


def refusal(box: Identity, now: float = NOW, *, fresh: bool = True, **settings: Any) -> str:
    """Preflight a box that is to get the frameworks alone, 15.5 GB; "" when it passes."""
    stack = a_plan().stack
    base = some_settings(**{f"base_{name}": value for name, value in settings.items()})
    try:
        ROLES.preflight(Preflight(box, stack, base, now, stack.disk_gb if fresh else 0))
    except Refused as refused:
        return str(refused)
    return ""


@pytest.mark.parametrize(
    ("box", "settings", "says"),
    [
        (
            a_box(clock=NOW - 301),
            {},
            "its clock is 301 s off the controller's | set it, or raise base_max_clock_skew_s",
        ),
        (
            a_box(clock=NOW + 61),
            {"max_clock_skew_s": 60},
            "its clock is 61 s off the controller's | set it, or raise base_max_clock_skew_s",
        ),
        (
            a_box(clock=NOW, free_gb=15.4),
            {},
            "15.4 GB free where 15.5 GB are needed | free some, or lower base_min_free_gb",
        ),
        (
            a_box(clock=NOW, free_gb=99.0),
            {"min_free_gb": 100},
            "99.0 GB free where 100.0 GB are needed | free some, or lower base_min_free_gb",
        ),
    ],
)
def test_preflight_refuses(box: Identity, settings: dict[str, Any], says: str) -> None:
    assert refusal(box, **settings) == says


@pytest.mark.parametrize(
    ("box", "settings"),
    [
        (a_box(clock=NOW), {}),
        (a_box(clock=NOW - 300), {}),
        (a_box(clock=NOW + 3600), {"max_clock_skew_s": 3600}),
        (a_box(clock=NOW, free_gb=15.5), {}),
        (a_box(clock=NOW, free_gb=0.1), {"min_free_gb": 0}),
        (a_box(clock=NOW, free_gb=0.1), {"fresh": False}),
    ],
)
def test_preflight_lets_pass(box: Identity, settings: dict[str, Any]) -> None:
    assert refusal(box, **settings) == ""
