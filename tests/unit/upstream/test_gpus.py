"""The id table and the architectures, held against lists of cards."""

from typing import Any

from dlbox.upstream import gpus
from dlbox.upstream.gpus import Card, Support

TABLE = '# head\n"1b06": GP102 6.1 GeForce GTX 1080 Ti\n"2330": GH100 9.0 H100 SXM5 80GB\n'


def test_a_new_id_has_its_chips_capability_and_a_new_chip_none() -> None:
    cards = {
        "1b07": Card("GP102", "P102-100"),
        "2330": Card("GH100", "another name"),
        "4000": Card("GR104", "Odd"),
        "22a3": Card("GH100", "known elsewhere"),
    }
    new, notes = gpus.added_gpus(TABLE, cards, frozenset({"22a3"}))
    assert new == TABLE.replace('"2330"', '"1b07": GP102 6.1 P102-100\n"2330"')
    assert notes == ["GR104: compute capability unknown, left out: 4000 Odd"]


def test_a_drivers_list_is_held_against_the_architectures() -> None:
    architectures: dict[str, dict[str, Any]] = {
        "Pascal": {"chips": "GP", "last_driver": 580, "flavours": ["proprietary"]},
        "Hopper": {"chips": "GH", "last_driver": None, "flavours": ["proprietary", "open"]},
    }
    agreed = {
        "1b06": Support(None, open_modules=False),
        "2330": Support(None, open_modules=True),
    }
    assert list(gpus.disagreements(TABLE, agreed, architectures)) == []
    other = {"1b06": Support(470, open_modules=True), "2330": Support(None, open_modules=False)}
    assert list(gpus.disagreements(TABLE, other, architectures)) == [
        "Hopper: flavours are proprietary open here, without kernelopen there: 2330",
        "Pascal: flavours are proprietary here, with kernelopen there: 1b06",
        "Pascal: last_driver is 580 here, legacybranch 470 there: 1b06",
    ]
