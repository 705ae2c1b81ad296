"""What may be asked of a layer, and what a constraint lets in."""

import pytest

from dlbox.stack.constraint import CLOSED, LAYER_OF, Constraint, constraint_fault
from dlbox.stack.layers import LAYERS


@pytest.mark.parametrize(
    ("value", "lets_in", "keeps_out"),
    [
        ("12.8", "12.8 12.8.1 12.8.93", "12.80 12.9 12 13.0 2.8"),
        ("12.8.1", "12.8.1 12.8.1.0", "12.8 12.8.10"),
        ("9.10.*", "9.10.2.21 9.10", "9.1.0.70 9.100.1 9.28.1.4"),
        ("9.10.2.21", "9.10.2.21", "9.10.2 9.10.2.2 9.10.2.210"),
        (">=12.6,<13", "12.6 12.8 12.9", "12.4 12.5 13.0 13.5"),
        (">=580,<590", "580.65.06 580.178.04", "595.112.07 550.163.01 590.44.01"),
        ("~=12.6", "12.6 12.9", "12.5 13.0"),
        ("!=13.0", "12.9 13.2", "13.0"),
        ("==12.*", "12.0 12.9", "11.8 13.0"),
        ("<2.8", "2.7.1", "2.8.0 2.10.0"),
        ("*", "12.8 13.5 580.159.03 cu126", ""),
        ("580", "580.159.03 580.65.06", "58 5800.1 595.84"),
        ("580.142", "580.142", "580.14 580.1420 580.159.03"),
        ("cu126", "cu126", "cu12 cu1260 cu130"),
        ("open", "open", "proprietary"),
    ],
)
def test_a_value_lets_in_its_versions_and_no_others(
    value: str, lets_in: str, keeps_out: str
) -> None:
    constraint = Constraint("cuda", value)
    assert [found for found in lets_in.split() if not constraint.matches(found)] == []
    assert [found for found in keeps_out.split() if constraint.matches(found)] == []


@pytest.mark.parametrize(
    ("word", "value"),
    [
        *(
            ("cuda", value)
            for value in ("*", "none", "12", "12.8", "12.*", ">=12.6,<13", "~=12.6")
        ),
        *(("driver", value) for value in ("580", "580.159.03", "580.*", ">=580")),
        *(("flavour", value) for value in ("open", "proprietary")),
        *(("driver_source", value) for value in ("distro", "nvidia")),
        *(("pytorch_variant", value) for value in ("cu126", "cu130", "*", "none")),
        *(("jax_variant", value) for value in ("cuda12", "cuda13")),
        *(("cudnn", value) for value in ("9.10.2.21", "<=9.10.2.21")),
        *((word, "*") for word in LAYER_OF if word not in CLOSED),
        *((word, "none") for word in LAYER_OF if word not in CLOSED),
    ],
)
def test_a_good_constraint_has_no_fault(word: str, value: str) -> None:
    assert constraint_fault(word, value) is None


@pytest.mark.parametrize(
    ("word", "value", "says"),
    [
        ("cud", "12", "there is no layer 'cud'"),
        ("", "12", "there is no layer ''"),
        ("flavour", "closed", "'closed' is none of open, proprietary"),
        ("flavour", "*", "none of open, proprietary"),
        ("flavour", "none", "none of open, proprietary"),
        ("driver_source", "backports", "'backports' is none of distro, nvidia"),
        ("cuda", "", "'' is no version"),
        ("cuda", "latest", "'latest' is no version"),
        ("cuda", "v12", "'v12' is no version"),
        ("cuda", "12.", "'12.' is no version"),
        ("cuda", "12.*.1", "is no version"),
        ("cuda", "12 - 13", "is no version"),
        ("cuda", ">=", "is no version"),
        ("cuda", ">=12.6,<<13", "is no version"),
        ("cuda", "cu126", "is no version"),
        ("pytorch_variant", "rocm", "'rocm' is no wheel variant"),
        ("pytorch_variant", "cu12.6", "is no wheel variant"),
        # A number or a range of them can match no variant.
        ("pytorch_variant", "126", "is no wheel variant"),
        ("jax_variant", ">=12", "is no wheel variant"),
    ],
)
def test_a_bad_constraint_is_told_what_is_wrong(word: str, value: str, says: str) -> None:
    assert says in str(constraint_fault(word, value))


def test_what_no_layer_is_called_is_answered_with_those_there_are() -> None:
    said = str(constraint_fault("torch", "2.10"))
    assert all(word in said for word in LAYER_OF)


def test_every_layer_can_be_asked_for_by_its_name() -> None:
    assert set(LAYER_OF.values()) == set(LAYERS)
    assert [layer for layer in LAYERS if LAYER_OF.get(layer) != layer] == []


def test_a_constraint_demands_its_layer_unless_it_only_says_how_the_driver_should_be() -> None:
    assert Constraint("cuda", "*").demands
    assert Constraint("jax_variant", "cuda12").demands
    assert not Constraint("cuda", "none").demands
    assert not Constraint("flavour", "open").demands
    assert not Constraint("driver_source", "nvidia").demands


def test_a_constraint_is_written_as_it_is_asked() -> None:
    assert str(Constraint("cuda", ">=12.6,<13")) == "cuda=>=12.6,<13"
    assert Constraint("pytorch_variant", "cu126").layer == "pytorch"
