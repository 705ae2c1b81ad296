"""The id table: which card is meant, and which code runs on it."""

import re

import pytest

from dlbox.catalog import DATA
from dlbox.stack.catalog_loader import catalog
from dlbox.stack.gpus import GPU_ID, Gpu, NvSwitch, gpu_table, named, runs_on, sm


@pytest.mark.parametrize(
    ("gpu", "chip", "capability", "name"),
    [
        ("10de:1180", "GK104", "3.0", "GeForce GTX 680"),
        ("10de:102d", "GK210", "3.7", "Tesla K80"),
        ("10de:1380", "GM107", "5.0", "GeForce GTX 750 Ti"),
        ("10de:13f2", "GM204", "5.2", "Tesla M60"),
        ("10de:15f7", "GP100", "6.0", "Tesla P100 PCIe 12GB"),
        ("10de:1b06", "GP102", "6.1", "GeForce GTX 1080 Ti"),
        ("10de:1b81", "GP104", "6.1", "GeForce GTX 1070"),
        ("10de:1db1", "GV100", "7.0", "Tesla V100 SXM2 16GB"),
        ("10de:1d81", "GV100", "7.0", "TITAN V"),
        ("10de:1e04", "TU102", "7.5", "GeForce RTX 2080 Ti"),
        ("10de:1eb8", "TU104", "7.5", "Tesla T4"),
        ("10de:20b0", "GA100", "8.0", "A100 SXM4 40GB"),
        ("10de:2204", "GA102", "8.6", "GeForce RTX 3090"),
        ("10de:2684", "AD102", "8.9", "GeForce RTX 4090"),
        ("10de:27b8", "AD104", "8.9", "L4"),
        ("10de:2330", "GH100", "9.0", "H100 SXM5 80GB"),
        ("10de:2901", "GB100", "10.0", "B200"),
        ("10de:3182", "GB110", "10.3", "B300 SXM6 AC"),
        ("10de:2b85", "GB202", "12.0", "GeForce RTX 5090"),
        ("10de:2c3a", "GB203", "12.0", "RTX PRO 4500 Blackwell Server Edition"),
        ("10de:2e12", "GB20B", "12.1", "GB10"),
    ],
)
def test_known_cards(gpu: str, chip: str, capability: str, name: str) -> None:
    assert gpu_table()[gpu] == Gpu(id=gpu, chip=chip, capability=capability, name=name)


def test_every_card_has_one_architecture_and_is_well_formed() -> None:
    chips = [row.chips for row in catalog().architectures.values()]
    for key, gpu in gpu_table().items():
        assert gpu.id == key
        assert GPU_ID.fullmatch(key)
        assert re.fullmatch(r"\d{1,2}\.\d", gpu.capability)
        assert [prefix for prefix in chips if gpu.chip.startswith(prefix)] == [gpu.chip[:2]]
        assert gpu.name.strip() == gpu.name != ""


def test_a_chip_has_one_capability() -> None:
    found = {(gpu.chip, gpu.capability) for gpu in gpu_table().values()}
    assert len(found) == len({chip for chip, _ in found})


def test_the_id_table_has_every_device_once_and_in_order() -> None:
    text = (DATA / "gpus.yaml").read_text(encoding="utf-8")
    ids = re.findall(r'^"([0-9a-f]{4})":', text, flags=re.MULTILINE)
    assert ids == sorted(set(ids))
    assert [f"10de:{device}" for device in ids] == list(gpu_table())


def test_the_id_table_says_where_and_when_it_was_read() -> None:
    head = (DATA / "gpus.yaml").read_text(encoding="utf-8").partition('"')[0]
    assert "pci.ids, version 20" in head
    assert re.search(r"read 20\d\d-\d\d-\d\d", head)


def test_no_switch_is_taken_for_a_card() -> None:
    assert not {f"10de:{switch}" for switch in catalog().nvswitches} & set(gpu_table())
    assert {key: row.nvlsm for key, row in catalog().nvswitches.items()} == {
        "1af1": False,
        "22a3": False,
        "nvlink5": True,
    }
    assert all(isinstance(row, NvSwitch) for row in catalog().nvswitches.values())


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("GTX 1080 Ti", ["1b06"]),
        ("NVIDIA GeForce GTX 1080 Ti", ["1b06"]),
        ("gtx 1080ti", ["1b06"]),
        ("RTX 4090", ["2684"]),
        ("NVIDIA GeForce RTX 4090", ["2684"]),
        ("RTX 4090 D", ["2685"]),
        ("RTX 5090", ["2b85"]),
        ("RTX 2080 Ti", ["1e04"]),
        ("GTX 680", ["1180"]),
        ("T4", ["1eb8"]),
        ("Tesla T4", ["1eb8"]),
        ("L4", ["27b8"]),
        ("A10", ["2236"]),
        ("K80", ["102d"]),
        ("Titan V", ["1d81"]),
        ("Titan Xp", ["1b02"]),
        ("GTX 5090", []),
        ("Radeon RX 7900", []),
    ],
)
def test_a_name_means_the_card_that_is_called_so(name: str, ids: list[str]) -> None:
    assert [gpu.id.removeprefix("10de:") for gpu in named(name)] == ids


@pytest.mark.parametrize(
    ("name", "some"),
    [
        # The table writes their form and memory behind the name.
        ("1080ti", {"1b01", "1b06"}),
        ("V100", {"1db1", "1db4", "1db5", "1db6"}),
        ("A100", {"20b0", "20b2", "20f1"}),
        ("P100", {"15f7", "15f8", "15f9"}),
        # Maxwell's and Pascal's are both sold as Titan X.
        ("Titan X", {"17c2", "1b00"}),
        ("RTX 3060", {"2487", "2503"}),
        ("4090", {"2684", "2685"}),
    ],
)
def test_a_name_that_fits_several_cards_means_all_of_them(name: str, some: set[str]) -> None:
    found = {gpu.id.removeprefix("10de:") for gpu in named(name)}
    assert some <= found


@pytest.mark.parametrize("name", ["V100", "A100", "H100", "P100", "Titan V", "T4"])
def test_cards_of_one_name_have_one_capability(name: str) -> None:
    assert len({gpu.capability for gpu in named(name)}) == 1


def test_no_name_is_no_card() -> None:
    assert named("") == []
    assert named("NVIDIA") == []


@pytest.mark.parametrize(
    ("capability", "archs", "expected"),
    [
        ("6.1", "sm_60", True),
        ("6.1", "sm_61", True),
        ("6.0", "sm_61", False),
        ("6.1", "sm_50 sm_70", False),
        ("7.0", "sm_75", False),
        ("7.5", "sm_70", True),
        ("8.6", "sm_80", True),
        ("8.9", "sm_86", True),
        ("8.0", "sm_86 sm_89", False),
        ("9.0", "sm_80 sm_89", False),
        ("9.0", "compute_90", True),
        ("12.0", "compute_90", False),
        ("10.0", "sm_100 sm_120", True),
        ("10.3", "sm_100", True),
        ("10.0", "sm_103", False),
        ("12.0", "sm_100", False),
        ("12.1", "sm_120", True),
        ("12.0", "sm_121", False),
        ("11.0", "sm_100 sm_120", False),
        ("10.7", "sm_107", True),
        ("5.2", "sm_50", True),
        ("5.0", "sm_52", False),
        ("3.7", "sm_35", True),
        ("9.0", "sm_90a", True),
        ("10.3", "sm_100f", True),
        # What is made for one chip alone (a) runs on no later one of its family.
        ("10.3", "sm_100a", False),
        ("8.9", "", False),
    ],
)
def test_code_runs_on_its_own_major_from_its_own_minor_on(
    capability: str, archs: str, *, expected: bool
) -> None:
    assert runs_on(capability, archs.split()) is expected


def test_sm_is_nvccs_word() -> None:
    assert [sm("6.1"), sm("12.0"), gpu_table()["10de:3182"].sm] == ["sm_61", "sm_120", "sm_103"]


@pytest.mark.parametrize(
    ("gpu", "data_centre"),
    [
        ("102d", True),  # Tesla K80
        ("15f7", True),  # Tesla P100
        ("1db1", True),  # Tesla V100
        ("1eb8", True),  # Tesla T4
        ("20b0", True),  # A100
        ("2236", True),  # A10
        ("27b8", True),  # L4
        ("26b9", True),  # L40S
        ("2330", True),  # H100
        ("2329", True),  # H20
        ("2342", True),  # GH200
        ("2901", True),  # B200
        ("2909", True),  # HGX B200 168GB
        ("2941", True),  # HGX GB200
        ("3182", True),  # B300
        ("1b06", False),  # GeForce GTX 1080 Ti
        ("2684", False),  # GeForce RTX 4090
        ("1d81", False),  # TITAN V
        ("1b30", False),  # Quadro P6000
        ("2231", False),  # RTX A5000
        ("2bb1", False),  # RTX PRO 6000 Blackwell Workstation Edition
        ("1ff0", False),  # T1000 8GB, once Quadro
        ("1fb1", False),  # T600, once Quadro
        ("1ff2", False),  # T400 4GB, once Quadro
        ("1fba", False),  # T600 Mobile
        ("1b07", False),  # P102-100, for mining
        ("1c07", False),  # P106-100, for mining
        ("2082", False),  # CMP 170HX, for mining
    ],
)
def test_data_centre_cards_are_told_from_all_others(gpu: str, *, data_centre: bool) -> None:
    card = gpu_table()[f"10de:{gpu}"]
    assert card.data_centre is data_centre, card.name
