"""What cards are to be set to: judged, written out, and held against what nvidia-smi says."""

from __future__ import annotations

from typing import Any

import pytest

from roles.gpu_policy.manifest import policy
from roles.gpu_policy.settings import CardPolicy, GpuPolicy
from roles.gpu_policy.verify import FIELDS, deviations, layouts, reported, wanted
from tests.support.builders import some_settings

FIRST = "GPU-11111111-aaaa-4bbb-8ccc-000000000001"
SECOND = "GPU-22222222-aaaa-4bbb-8ccc-000000000002"
NO_CARD = 'no card | write "all", an index ("0") or a UUID in quotes as nvidia-smi -L shows it'
CLOCK = "write one clock in MHz or (lowest, highest), above 0"
MIG = 'write True, False or the instances wanted, such as ["3g.40gb", "3g.40gb"]'
SETTINGS = (
    "persistence, power_limit_w, graphics_clock_mhz, memory_clock_mhz, compute_mode, ecc, mig"
)
MODES = "Input should be 'default', 'exclusive_process' or 'prohibited'"
ABOVE = "Input should be greater than 0"


def cards(value: dict[str, Any]) -> dict[str, CardPolicy]:
    """Judge a value of the setting that is good."""
    assert GpuPolicy.faults({"gpu_policy_cards": value}) == {}
    return some_settings(gpu_policy_cards=value)[GpuPolicy].cards


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ([], "[]: Input should be a valid dictionary"),
        ({"gpu0": {}}, f"'gpu0': {NO_CARD}"),
        ({0: {}}, f"0: {NO_CARD}"),
        ({"01": {}}, f"'01': {NO_CARD}"),
        ({"GPU-1111": {}}, f"'GPU-1111': {NO_CARD}"),
        ({"0": 250}, "250: Input should be a valid dictionary or instance of CardPolicy"),
        ({"0": {"power": 250}}, f"card '0', power = 250: no such setting; there is {SETTINGS}"),
        ({"0": {"power_limit_w": 0}}, f"card '0', power_limit_w = 0: {ABOVE}"),
        ({"0": {"power_limit_w": -5}}, f"card '0', power_limit_w = -5: {ABOVE}"),
        ({"0": {"power_limit_w": "250"}}, "card '0', power_limit_w = '250': Input should be a valid integer"),
        ({FIRST: {"ecc": 1}}, f"card '{FIRST}', ecc = 1: Input should be a valid boolean"),
        ({"all": {"persistence": "on"}}, "card 'all', persistence = 'on': Input should be a valid boolean"),
        ({"all": {"compute_mode": "exclusive"}}, f"card 'all', compute_mode = 'exclusive': {MODES}"),
        ({"0": {"graphics_clock_mhz": 0}}, f"card '0', graphics_clock_mhz = 0: {CLOCK}"),
        ({"0": {"graphics_clock_mhz": True}}, f"card '0', graphics_clock_mhz = True: {CLOCK}"),
        ({"0": {"memory_clock_mhz": (900, 300)}}, f"card '0', memory_clock_mhz = (900, 300): {CLOCK}"),
        ({"0": {"memory_clock_mhz": [1, 2, 3]}}, f"card '0', memory_clock_mhz = [1, 2, 3]: {CLOCK}"),
        ({"0": {"mig": []}}, f"card '0', mig = []: {MIG}"),
        ({"0": {"mig": "3g.40gb"}}, f"card '0', mig = '3g.40gb': {MIG}"),
        ({"0": {"mig": ["3g.40gb -C"]}}, f"card '0', mig = ['3g.40gb -C']: {MIG}"),
    ],
    ids=str,
)  # fmt: skip
def test_a_mistake_is_named_with_its_card(value: Any, fault: str) -> None:
    assert GpuPolicy.faults({"gpu_policy_cards": value}) == {"gpu_policy_cards": fault}


def test_nothing_is_declared_unless_it_is() -> None:
    assert some_settings()[GpuPolicy].cards == {}


def test_the_policy_is_lines_without_blanks_in_a_value() -> None:
    declared = cards(
        {
            "all": {"persistence": True, "compute_mode": "exclusive_process"},
            "0": {"power_limit_w": 250, "graphics_clock_mhz": 1410, "ecc": False},
            FIRST: {"memory_clock_mhz": [405, 1593], "mig": ["3g.40gb", "1g.10gb+me"]},
            "1": {"mig": False},
        }
    )
    assert policy(declared).splitlines()[1:] == [
        "all persistence Enabled",
        "all compute_mode Exclusive_Process",
        "0 power_limit 250",
        "0 graphics_clock 1410,1410",
        "0 ecc Disabled",
        f"{FIRST} memory_clock 405,1593",
        f"{FIRST} mig 3g.40gb,1g.10gb+me",
        "1 mig Disabled",
    ]


def test_the_most_specific_wins_field_by_field() -> None:
    declared = cards(
        {
            FIRST: {"power_limit_w": 100},
            "0": {"power_limit_w": 200, "ecc": True},
            "all": {"power_limit_w": 300, "ecc": False, "persistence": True},
        }
    )
    assert wanted(declared, {"index": "0", "uuid": FIRST}) == {
        "power_limit": "100",
        "ecc": "Enabled",
        "persistence": "Enabled",
    }
    assert wanted(declared, {"index": "1", "uuid": SECOND})["power_limit"] == "300"


SAID = f"""\
0, {FIRST}, Enabled, 350.00, 200.00, 700.00, Default, Enabled, Enabled
1, {SECOND}, Disabled, 250.00, 125.00, 300.00, Default, [N/A], N/A
"""


def test_what_a_card_does_not_report_is_left_out() -> None:
    [first, second] = reported(SAID)
    assert set(first) == set(FIELDS)
    assert second == {
        "index": "1",
        "uuid": SECOND,
        "persistence_mode": "Disabled",
        "power.limit": "250.00",
        "power.min_limit": "125.00",
        "power.max_limit": "300.00",
        "compute_mode": "Default",
    }


@pytest.mark.parametrize(
    ("value", "lines"),
    [
        ({}, []),
        ({"all": {}}, []),
        ({"0": {"power_limit_w": 350, "persistence": True, "ecc": True, "mig": True}}, []),
        ({"0": {"mig": ["3g.40gb", "3g.40gb"]}}, []),
        ({"0": {"graphics_clock_mhz": 1410}}, []),
        ({SECOND: {"ecc": True, "mig": False}}, []),
        ({"0": {"power_limit_w": 300}}, ["GPU 0: power.limit is 350.00, not 300.00"]),
        ({"0": {"power_limit_w": 900}}, ["GPU 0: power.limit is 350.00, not 700.00"]),
        ({"1": {"power_limit_w": 1}}, ["GPU 1: power.limit is 250.00, not 125.00"]),
        ({"0": {"mig": False}}, ["GPU 0: mig.mode.pending is Enabled, not Disabled"]),
        ({"all": {"persistence": True}}, ["GPU 1: persistence_mode is Disabled, not Enabled"]),
        ({"2": {"ecc": True}}, ["GPU 2 is not in this box"]),
        (
            {"all": {"compute_mode": "prohibited"}},
            [
                "GPU 0: compute_mode is Default, not Prohibited",
                "GPU 1: compute_mode is Default, not Prohibited",
            ],
        ),
    ],
    ids=str,
)
def test_deviations_are_named(value: dict[str, Any], lines: list[str]) -> None:
    assert deviations(cards(value), SAID) == lines


LAYOUT = """\
+-------------------------------------------------------+
| GPU instances:                                        |
| GPU   Name             Profile  Instance   Placement  |
|                          ID       ID       Start:Size |
|=======================================================|
|   0  MIG 3g.40gb          9        1          4:4     |
+-------------------------------------------------------+
|   0  MIG 1g.10gb+me      20        7          0:1     |
+-------------------------------------------------------+
|   3  MIG 3g.40gb          9        2          0:4     |
+-------------------------------------------------------+
"""


def test_mig_layouts_are_read() -> None:
    assert layouts(LAYOUT) == {"0": ["1g.10gb+me", "3g.40gb"], "3": ["3g.40gb"]}
    assert layouts("No MIG-enabled devices found.\n") == {}
