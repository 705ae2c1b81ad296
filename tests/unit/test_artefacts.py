"""What the catalogue is read from: pure parsers and differences, on literal inputs."""

import json
from struct import pack
from typing import Any

import pytest
from packaging.specifiers import SpecifierSet

from dlbox.subprocesses import Unreadable
from dlbox.upstream import fatbin, gpus, wheel_lock
from dlbox.upstream.apt import Candidate, of_madison
from dlbox.upstream.distro import format_driver
from dlbox.upstream.frameworks import new_row
from dlbox.upstream.libraries import newer, newest_rows
from dlbox.upstream.machine_code import of_build_info, packages
from dlbox.upstream.pci_ids import Card, Support, of_pci_ids, of_supported_gpus
from dlbox.upstream.wheel_metadata import Wheel, corrections, first_python, of_report, package
from dlbox.upstream.yaml_file import dumped, loaded, pair, quoted, table, unknown


def entry(kind: int, arch: int, code: bytes) -> bytes:
    return pack("<HHIQ12xI32x", kind, 0x101, 64, len(code), arch) + code


def fat(*entries: bytes) -> bytes:
    body = b"".join(entries)
    return pack("<4sHHQ", b"\x50\xed\x55\xba", 1, 16, len(body)) + body


def test_machine_code_is_read_from_every_fat_binary() -> None:
    library = b"\x7fELF" + fat(entry(2, 61, b"a" * 7), entry(1, 90, b"ptx")) + b"\0" * 5
    library += fat(entry(2, 120, b""))
    assert fatbin.archs(library) == {"sm_61", "compute_90", "sm_120"}


MAGIC = b"\x50\xed\x55\xba"


@pytest.mark.parametrize("cut", [MAGIC, MAGIC + b"\2\0\x10\0" + b"\0" * 8])
def test_what_only_begins_like_a_fat_binary_is_none(cut: bytes) -> None:
    assert fatbin.archs(cut) == set()
    assert fatbin.archs(cut + fat(entry(2, 75, b""))) == {"sm_75"}


def test_a_fat_binary_cut_short_is_none() -> None:
    assert fatbin.archs(fat(entry(2, 61, b"abc"))[:-1]) == set()


def test_arch_flags_are_three_or_more_in_a_row() -> None:
    library = b"\0sm_90\0 sm_75 sm_80 sm_90a compute_90\0sm_35 sm_37\0"
    assert fatbin.flags(library) == ["sm_75 sm_80 sm_90a compute_90"]
    assert fatbin.ordered({"compute_90", "sm_120", "sm_61"}) == "sm_61 sm_120 compute_90"


def test_tensorflow_writes_its_machine_code_down() -> None:
    text = "build_info = OrderedDict([('cuda_compute_capabilities', ['sm_60', 'compute_90'])])"
    assert of_build_info(text) == {"sm_60", "compute_90"}
    assert of_build_info("build_info = {}") == set()


def test_a_framework_is_its_packages() -> None:
    assert packages("jax", "cuda12") == ("jax-cuda12-plugin", "jax-cuda12-pjrt")
    assert [package(name, "cu12") for name in ("pytorch", "tensorflow")] == [
        "torch",
        "tensorflow",
    ]


# --- METADATA

LINUX = 'platform_system == "Linux"'
TORCH = Wheel(
    "torch",
    "2.14.1",
    ">=3.10",
    (
        f"cuda-toolkit[cublas,cudart]==13.0.3; {LINUX}",
        f"nvidia-cudnn-cu13 (==9.24.0.43) ; {LINUX}",
        f"nvidia-nccl-cu13==2.30.7; {LINUX}",
    ),
)
TENSORFLOW = Wheel(
    "tensorflow",
    "2.20.0",
    ">=3.9.0",
    (
        'nvidia-cuda-runtime-cu12<13.0,>=12.5.82; extra == "and-cuda"',
        'nvidia-cudnn-cu12<10.0,>=9.3.0.75; extra == "and-cuda"',
        'nvidia-nccl-cu12<3.0,>=2.25.1; extra == "and-cuda"',
    ),
)


def row(cuda: str, cudnn: str, nccl: str) -> dict[str, str]:
    return {"variant": "cu", "cuda": cuda, "cudnn": cudnn, "nccl": nccl, "disk_gb": "7.5"}


@pytest.mark.parametrize(
    ("wheel", "said", "wrong"),
    [
        (TORCH, row("13.0", "9.24.0.43", "2.30.7"), {}),
        (
            TORCH,
            row("13.2", "9.24.0.4", ">=2,<3"),
            {"cuda": "13.0", "cudnn": "9.24.0.43", "nccl": "2.30.7"},
        ),
        (TENSORFLOW, row("12.5", ">=9.3.0.75,<10", ">=2.25.1,<3"), {}),
        (TENSORFLOW, row("12.9", "9.10.2.21", "2.27.7"), {}),
        (
            TENSORFLOW,
            row("12.4", "9.2.0.1", ">=2.25,<3"),
            {"cuda": "12.5", "cudnn": ">=9.3.0.75,<10", "nccl": ">=2.25.1,<3"},
        ),
    ],
)
def test_a_row_is_held_against_its_wheel(
    wheel: Wheel, said: dict[str, str], wrong: dict[str, str]
) -> None:
    assert corrections(said, wheel) == wrong


def test_metadata_is_read_from_pips_report() -> None:
    said = {"name": "torch", "version": "2.14.1", "requires_python": ">=3.10"}
    report = {"install": [{"metadata": {**said, "requires_dist": list(TORCH.requires)}}]}
    assert of_report(json.dumps(report)) == TORCH
    assert TORCH.allows("nvidia-nccl") == SpecifierSet("==2.30.7")
    assert [first_python(wheel) for wheel in (TORCH, TENSORFLOW)] == ["3.10", "3.9"]


def test_a_new_release_is_a_row_whose_machine_code_is_unknown() -> None:
    made = new_row("pytorch", row("13.2", "9.26.0.51", "2.30.7"), TORCH, ("3.10", "3.14"))
    assert dumped({"pytorch": [made]}).startswith(
        "pytorch:\n  - version: 2.14.1\n    variant: cu130\n"
        '    python: ["3.10", "3.14"]\n    cuda: "13.0"\n    cudnn: 9.24.0.43\n'
        '    nccl: 2.30.7\n    archs: {unknown: "the machine code in the torch 2.14.1 wheel"}\n'
    )


def test_newer_is_by_number_and_per_cuda_major() -> None:
    assert newer(["2.9.7", "2.32.3", "2.10.0"], "2.9.7") == ["2.32.3", "2.10.0"]
    rows = [
        {"cuda": cuda, "version": version}
        for cuda, version in ((12, "9.9.0"), (12, "9.10.2"), (11, "9.1.0"))
    ]
    assert [one["version"] for one in newest_rows(rows)] == ["9.10.2", "9.1.0"]


@pytest.mark.parametrize("name", ["frameworks", "libraries"])
def test_a_table_is_written_as_it_was_read(name: str) -> None:
    text = table(name).read_text(encoding="utf-8")
    assert dumped(loaded(text)) == text


def test_values_are_written_on_one_line() -> None:
    data = {"python": pair("3.9", "3.10"), "cuda": quoted("13.0"), "archs": unknown("a: b")}
    assert dumped(data) == 'python: ["3.9", "3.10"]\ncuda: "13.0"\narchs: {unknown: "a: b"}\n'


# --- Cards

PCI_IDS = """\
10dd  Somebody else
\t1b06  GP102 [Not ours]
10de  NVIDIA Corporation
\t0fbc  GM107 High Definition Audio Controller [GeForce 940MX]
\t1b06  GP102 [GeForce GTX 1080 Ti]
\t\t1043 85ea  A board
\t1b07  GP102 [P102-100 / [x]]
\t22a3  GH100 [H100 NVSwitch]
\t20ff  GA100
\tffff  GZ1 [Odd]
"""


def test_pci_ids_are_cards_of_our_chips() -> None:
    assert of_pci_ids(PCI_IDS, ("GP", "GM", "GA", "GH")) == {
        "1b06": Card("GP102", "GeForce GTX 1080 Ti"),
        "1b07": Card("GP102", "P102-100 / [x]"),
        "20ff": Card("GA100", "?"),
    }


def test_a_drivers_list_is_one_line_for_each_id() -> None:
    chips = [
        {"devid": "0x1B06", "subdeviceid": "0x1", "name": "GTX", "features": []},
        {"devid": "0x1B06", "name": "GTX", "features": ["kernelopen"]},
        {"devid": "0x0FEF", "name": "K340", "legacybranch": "367.xx"},
    ]
    assert of_supported_gpus(json.dumps({"chips": chips})) == {
        "1b06": Support(None, open_modules=True),
        "0fef": Support(367, open_modules=False),
    }


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


# --- apt

MADISON = """\
nvidia-driver | 535.309.01-0+deb12u1 | http://mirror/debian bookworm-security/non-free amd64 Packages
nvidia-driver | 560.1-1 | http://mirror/debian bookworm/non-free amd64 Packages
nvidia-driver | 615.1-1 | file:/srv ./ Packages
"""


def test_apts_candidates_are_held_against_the_systems() -> None:
    seen = of_madison(MADISON)
    assert seen[0] == Candidate("nvidia-driver", "535.309.01-0+deb12u1", "bookworm-security")
    drivers = [{"version": "535.309.01"}]
    systems = {"debian-12": {"codename": "bookworm", "drivers": drivers, "toolkits": []}}
    assert list(format_driver(seen, systems)) == [
        "nvidia-driver 535.309.01-0+deb12u1 in bookworm-security: as debian-12 in systems.yaml",
        "nvidia-driver 560.1-1 in bookworm: DIFFERS, debian-12 in systems.yaml has 535.309.01",
        "nvidia-cuda-toolkit: apt knows none; its sources may lack the component non-free",
    ]


# --- Locks

INDEXED = {
    "version": "2.14.0",
    "variant": "cu126",
    "index": "https://there",
    "python": ["3.9", ""],
}


def test_a_wheel_of_its_own_index_is_named_with_its_variant() -> None:
    assert (
        wheel_lock.requirements("pytorch", INDEXED) == "torch==2.14.0+cu126\nnumpy\nipykernel\n"
    )
    told_uv = wheel_lock.arguments(INDEXED)
    assert told_uv[told_uv.index("--index") + 1] == "https://there"
    assert told_uv[told_uv.index("--python-version") + 1] == "3.10"


def test_a_lock_pins_what_metadata_leaves_open() -> None:
    jax = {"version": "1.0", "variant": "cuda12", "cudnn": "9.10.2.21", "nccl": ">=2.18"}
    assert wheel_lock.requirements("jax", jax) == (
        "jax[cuda12]==1.0\nnvidia-cudnn-cu12==9.10.2.21\nipykernel\n"
    )
    assert "--index" not in wheel_lock.arguments({"python": ["3.12", "3.14"]})


def test_a_row_is_found_by_its_locks_name() -> None:
    data = {"pytorch": [INDEXED]}
    assert wheel_lock.select_row(data, "pytorch-2.14.0-cu126") == ("pytorch", INDEXED)
    with pytest.raises(Unreadable, match=r"has no pytorch-2\.14\.0-cu130"):
        wheel_lock.select_row(data, "pytorch-2.14.0-cu130")
