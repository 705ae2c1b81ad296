"""From what a person types, or a PCI bus says, to cards and NVSwitches."""

import pytest

from dlbox.paths import ROOT
from dlbox.stack.gpu_args import cards_and_switches, parse_gpus
from dlbox.stack.model import Refused


@pytest.mark.parametrize(
    ("ids", "cards", "switches"),
    [
        ([], [], []),
        (["10de:1b06"], ["10de:1b06"], []),
        (["10de:1b06", "10de:1b06"], ["10de:1b06", "10de:1b06"], []),
        # What a bus says: cards with their vendor, bridges without it.
        (["10de:20b0", "1af1", "1af1"], ["10de:20b0"], ["A100", "A100"]),
        (["10de:2330", "22a3"], ["10de:2330"], ["H100"]),
        (["10de:2901", "nvlink5"], ["10de:2901"], ["B200 or B300"]),
        # What a person writes.
        (["10de:20b0", "10de:1af1"], ["10de:20b0"], ["A100"]),
        (["10de:22a3", "10de:2330"], ["10de:2330"], ["H100"]),
        # Other bridges of NVIDIA's matter to nobody.
        (["10de:1b06", "0369", "ffff"], ["10de:1b06"], []),
    ],
)
def test_cards_are_told_from_switches(
    ids: list[str], cards: list[str], switches: list[str]
) -> None:
    found, between = cards_and_switches(ids)
    assert [card.id for card in found] == cards
    assert [switch.name.rpartition(" of ")[2] for switch in between] == switches


def test_only_the_newest_switches_need_a_subnet_manager() -> None:
    _, switches = cards_and_switches(["1af1", "22a3", "nvlink5"])
    assert [switch.nvlsm for switch in switches] == [False, False, True]


@pytest.mark.parametrize("ids", [["10de:ffff"], ["10de:1b06", "10de:ffff", "10de:fffe"]])
def test_a_card_that_nobody_knows_is_refused_by_its_id(ids: list[str]) -> None:
    with pytest.raises(Refused) as refusal:
        cards_and_switches(ids)
    assert str(refusal.value) == (
        "10de:ffff is not in the id table (src/dlbox/catalog/data/gpus.yaml): what drives it"
        " is unknown, and so not allowed"
    )
    assert (ROOT / "src/dlbox/catalog/data/gpus.yaml").is_file()


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        (["GTX 1080 Ti"], ["10de:1b06"]),
        (["nvidia geforce gtx 1080ti"], ["10de:1b06"]),
        (["10de:1B06"], ["10de:1b06"]),
        (["RTX 4090", "10de:1b06", "RTX 4090"], ["10de:2684", "10de:1b06", "10de:2684"]),
        (["10DE:22A3", "NVLink5", "1af1"], ["10de:22a3", "nvlink5", "1af1"]),
        # An id that no table has is refused later, by what is known of it: nothing.
        (["10de:ffff"], ["10de:ffff"]),
        (["none"], []),
        ([], []),
    ],
)
def test_a_person_names_cards_and_switches(words: list[str], ids: list[str]) -> None:
    assert parse_gpus(words) == ids


@pytest.mark.parametrize(
    ("name", "chip", "capability"),
    [("A100", "GA100", "8.0"), ("H100", "GH100", "9.0"), ("V100", "GV100", "7.0")],
)
def test_a_name_of_several_cards_that_get_the_same_is_one_of_them(
    name: str, chip: str, capability: str
) -> None:
    [card], _ = cards_and_switches(parse_gpus([name]))
    assert (card.chip, card.capability) == (chip, capability)


def test_a_name_of_cards_that_do_not_get_the_same_lists_them() -> None:
    with pytest.raises(ValueError, match="Titan X") as error:
        parse_gpus(["Titan X"])
    assert str(error.value) == (
        "'Titan X' may mean 2 cards | name one by its id:"
        " 10de:17c2 GeForce GTX TITAN X; 10de:1b00 TITAN X Pascal"
    )


def test_a_long_list_is_cut() -> None:
    with pytest.raises(ValueError, match="name one by its id") as error:
        parse_gpus(["GTX"])
    assert str(error.value).count("10de:") == 12


@pytest.mark.parametrize(
    "word", ["GTX 1081 Ti", "Radeon RX 7900", "1b06", "10de:1b0", "10df:1b06"]
)
def test_a_word_that_names_no_card(word: str) -> None:
    with pytest.raises(ValueError, match="neither") as error:
        parse_gpus(["RTX 4090", word])
    assert str(error.value) == (
        f"{word!r} is neither a PCI id such as 10de:1b06 nor the name of a card in the id table"
    )


@pytest.mark.parametrize("word", ["", " ", "NVIDIA"])
def test_a_word_that_says_nothing_names_no_card(word: str) -> None:
    with pytest.raises(ValueError, match="neither"):
        parse_gpus([word])
