"""Which stack a box gets, and which refusal; then what holds for every card there is."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from packaging.markers import Marker

from roles.box.wheels import LOCKS, lock_text
from roles.frameworks.verify import runs_on
from roles.stack import catalog, layers
from roles.stack.gpus import GPU_ID, Gpu, gpu_table, sm
from roles.stack.model import Driver, Refused, Stack, Wishes
from roles.stack.offers import Framework, Library, Toolkit
from roles.stack.solve import solve
from roles.stack.tables import architectures, frameworks, libraries, systems, wheel_toolkits

GTX_1080_TI, V100, RTX_4090, H100 = "10de:1b06", "10de:1db1", "10de:2684", "10de:2330"
GTX_970, K80, RTX_5090 = "10de:13c2", "10de:102d", "10de:2b85"
ON_12 = Driver(branch=535, flavour="proprietary")
ON_13 = Driver(branch=550, flavour="proprietary")
BOTH_FRAMEWORKS = {"pytorch": "2.10.0", "tensorflow": "2.21.0"}
BOTH_FOR_PASCAL = {"pytorch": "2.7.1", "tensorflow": "2.21.0"}

# As the wheels themselves say: torch._C._cuda_getArchFlags, tf.sysconfig.get_build_info.
ARCHS = {
    ("pytorch", "2.10.0"): "sm_70 sm_75 sm_80 sm_86 sm_90 sm_100 sm_120",
    ("pytorch", "2.7.1"): "sm_50 sm_60 sm_70 sm_75 sm_80 sm_86 sm_90",
    ("tensorflow", "2.21.0"): "sm_60 sm_70 sm_80 sm_89 compute_90",
}


def stack(system: str, *ids: str, **wishes: Any) -> Stack:
    return solve([gpu_table()[gpu] for gpu in ids], system, Wishes(**wishes))


@dataclass(frozen=True)
class Given:
    """A stack, in short."""

    driver: Driver | None
    cuda: list[str]
    cudnn: str | None
    nccl: str | None
    frameworks: dict[str, str]


def given(system: str, *ids: str, **wishes: Any) -> Given:
    got = stack(system, *ids, **wishes)
    return Given(
        got.driver,
        [toolkit.release for toolkit in got.toolkits],
        got.cudnn.version if got.cudnn else None,
        got.nccl.version if got.nccl else None,
        {name: row.version for name, row in got.frameworks.items()},
    )


def test_two_gtx_1080_ti_on_debian_13() -> None:
    assert given("debian-13", GTX_1080_TI, GTX_1080_TI) == Given(
        ON_13, ["12.4"], "9.10.2.21", "2.27.7", BOTH_FOR_PASCAL
    )


def test_an_rtx_4090_on_debian_12() -> None:
    assert given("debian-12", RTX_4090) == Given(
        ON_12, ["11.8"], "9.10.2.21", None, BOTH_FRAMEWORKS
    )


def test_a_v100_on_debian_13() -> None:
    assert given("debian-13", V100) == Given(
        ON_13, ["12.4"], "9.10.2.21", None, BOTH_FRAMEWORKS
    )


def test_a_mixed_box_gets_what_both_cards_can_be_given() -> None:
    wanted = Given(ON_13, ["12.4"], "9.10.2.21", "2.27.7", BOTH_FOR_PASCAL)
    assert given("debian-13", GTX_1080_TI, RTX_4090) == wanted
    assert given("debian-13", RTX_4090, GTX_1080_TI) == wanted
    assert stack("debian-13", RTX_4090, GTX_1080_TI).capabilities == ("6.1", "8.9")


@pytest.mark.parametrize("system", ["debian-12", "debian-13", "ubuntu-22.04", "ubuntu-24.04"])
def test_a_box_without_a_gpu_gets_frameworks_alone(system: str) -> None:
    assert given(system) == Given(None, [], None, None, BOTH_FRAMEWORKS)


def test_a_box_without_a_gpu_may_still_compile() -> None:
    assert given("debian-13", cuda=("12.4",), nccl=True, frameworks=()) == Given(
        None, ["12.4"], "9.10.2.21", "2.27.7", {}
    )


def test_toolkits_stand_side_by_side_and_the_first_one_has_the_libraries() -> None:
    first = stack("debian-12", RTX_4090, cuda=("11.8", "13.5"), nccl=True)
    assert [toolkit.release for toolkit in first.toolkits] == ["11.8", "13.5"]
    assert [first.runs(toolkit) for toolkit in first.toolkits] == [True, False]
    assert (first.cudnn, first.nccl) == (libraries("cudnn")[0], libraries("nccl")[0])

    second = stack("debian-12", RTX_4090, cuda=("13.5", "11.8"))
    assert second.cudnn
    assert (second.cudnn.cuda, second.cudnn.version) == (13, "9.28.1.4")


def test_wishes_narrow_the_stack_down() -> None:
    assert given(
        *("debian-13", RTX_4090, RTX_4090),
        flavour="open",
        cuda=(),
        frameworks=("jax",),
    ) == Given(
        Driver(branch=550, flavour="open"),
        *([], None, None),
        {"jax": "0.12.0.1"},
    )
    without = given("debian-13", RTX_4090, RTX_4090, cudnn=False, nccl=False)
    assert (without.cuda, without.cudnn, without.nccl) == (["12.4"], None, None)


def test_jax_is_the_release_for_the_systems_python() -> None:
    assert given("debian-12", frameworks=("jax",)).frameworks == {"jax": "0.10.2"}
    assert given("ubuntu-24.04", frameworks=("jax",)).frameworks == {"jax": "0.12.0.1"}


def test_disk_is_the_sum_of_the_layers() -> None:
    assert stack("debian-13", GTX_1080_TI, GTX_1080_TI).disk_gb == pytest.approx(19.0)
    assert stack("debian-13", frameworks=()).disk_gb == pytest.approx(1.5)


@pytest.mark.parametrize(
    ("system", "ids", "wishes", "says"),
    [
        ("debian-13", [K80], {}, "Tesla K80 (Kepler) is not driven by debian-13's driver 550; its last branch was 470"),
        ("debian-13", [RTX_5090], {}, "GeForce RTX 5090 (Blackwell) is not driven by debian-13's driver 550; it needs 570 or newer"),
        ("debian-13", [RTX_4090, RTX_5090], {}, "GeForce RTX 5090 (Blackwell) is not driven by debian-13's driver 550; it needs 570 or newer"),
        ("debian-13", [GTX_1080_TI], {"flavour": "open"}, "nvidia_driver_flavour = 'open' does not drive a GeForce GTX 1080 Ti (Pascal); take 'proprietary'"),
        ("debian-13", [RTX_4090, GTX_1080_TI], {"flavour": "open"}, "nvidia_driver_flavour = 'open' does not drive a GeForce GTX 1080 Ti (Pascal); take 'proprietary'"),
        ("debian-13", [GTX_1080_TI], {"cuda": ("13.5",)}, "CUDA 13.5 does not compile for a GeForce GTX 1080 Ti (sm_61); take 12.4"),
        ("debian-13", [GTX_1080_TI], {"cuda": ("12.4", "13.5")}, "CUDA 13.5 does not compile for a GeForce GTX 1080 Ti (sm_61); take 12.4"),
        ("debian-13", [GTX_1080_TI], {"cuda": ("12.6",)}, "cuda_versions: there is no 12.6 for this system; take 12.4 or 13.5"),
        ("debian-12", [GTX_1080_TI], {"cuda": ("12.4",)}, "cuda_versions: there is no 12.4 for this system; take 11.8 or 13.5"),
        ("ubuntu-24.04", [GTX_1080_TI], {}, "ubuntu-24.04 has no driver in the table yet; box_gpus = [] makes it a CPU-only box"),
        ("fedora-40", [GTX_1080_TI], {}, "fedora-40 is not supported; take debian-12, debian-13, ubuntu-22.04, ubuntu-24.04"),
        ("debian-13", [], {"cudnn": True}, "cudnn_install = True needs a CUDA toolkit; name one in cuda_versions"),
        ("debian-13", [GTX_1080_TI], {"cuda": (), "nccl": True}, "nccl_install = True needs a CUDA toolkit; name one in cuda_versions"),
        ("debian-13", [GTX_970], {}, "no tensorflow wheel holds code for GeForce GTX 970 (sm_52); leave it out of frameworks_names"),
        ("ubuntu-22.04", [], {"frameworks": ("jax",)}, "jax has no wheel for Python 3.10; leave it out of frameworks_names"),
    ],
)  # fmt: skip
def test_a_refusal_says_why_and_what_to_take(
    system: str, ids: list[str], wishes: dict[str, Any], says: str
) -> None:
    with pytest.raises(Refused) as refusal:
        stack(system, *ids, **wishes)
    assert str(refusal.value) == says


# --- Rules that no packaged driver reaches today, and the next one will.


def cards(*ids: str) -> list[Gpu]:
    return [gpu_table()[gpu] for gpu in ids]


def test_a_cudnn_without_code_for_one_card_is_refused() -> None:
    [newest] = wheel_toolkits()
    with pytest.raises(Refused) as refusal:
        layers.library("cudnn", newest, cards(RTX_4090, GTX_1080_TI))
    assert str(refusal.value) == (
        "cuDNN 9.28.1.4 has no code for a GeForce GTX 1080 Ti (Pascal); its last is 9.10.2"
    )
    assert layers.library("cudnn", newest, cards(RTX_4090, RTX_5090)).version == "9.28.1.4"


def test_blackwell_has_pytorch_and_no_tensorflow() -> None:
    assert layers.framework("pytorch", cards(RTX_5090), 570, "3.13").version == "2.10.0"
    with pytest.raises(Refused) as refusal:
        layers.framework("tensorflow", cards(RTX_5090), 570, "3.13")
    assert str(refusal.value) == (
        "no tensorflow wheel holds code for GeForce RTX 5090 (sm_120);"
        " leave it out of frameworks_names"
    )


def test_no_one_framework_for_pascal_and_blackwell() -> None:
    with pytest.raises(Refused, match=r"GTX 1080 Ti \(sm_61\), GeForce RTX 5090 \(sm_120\)"):
        layers.framework("pytorch", cards(RTX_5090, GTX_1080_TI), 570, "3.13")


def test_a_framework_needs_a_driver_new_enough() -> None:
    assert layers.framework("pytorch", cards(V100), 525, "3.13")
    with pytest.raises(Refused):
        layers.framework("pytorch", cards(V100), 524, "3.13")


@pytest.mark.parametrize(("name", "version"), ARCHS)
def test_a_rows_range_is_what_its_wheel_runs_on(name: str, version: str) -> None:
    [row] = [row for row in frameworks(name) if row.version == version]
    archs = ARCHS[name, version].split()
    # Thor, 11.0, lies inside a range without being in the wheels; its machines are arm64, and refused.
    for gpu in (gpu for gpu in gpu_table().values() if gpu.capability != "11.0"):
        assert layers.covers(row, [gpu]) == runs_on(gpu.capability, archs), gpu


# --- Whatever the box: judged here by rules of our own, not by the solver's.

WISHES = {
    "default": Wishes(),
    "pytorch alone": Wishes(frameworks=("pytorch",)),
    "jax alone": Wishes(frameworks=("jax",)),
    "CUDA 13.5": Wishes(cuda=("13.5",), nccl=True, frameworks=("pytorch",)),
    "open": Wishes(flavour="open", frameworks=()),
    "no toolkit": Wishes(cuda=(), frameworks=("tensorflow",)),
}


def numbers(version: str, length: int = 9) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:length])


def uncovered(got: Stack, gpu: Gpu) -> list[str]:
    """Name the layers of a stack that the card cannot use."""
    [limits] = [row for row in architectures().values() if gpu.chip.startswith(row.chips)]
    offer = systems()[got.system].driver
    assert got.driver
    assert offer
    driven = any(architectures()[name] is limits for name in offer.architectures)
    driven &= (limits.first_driver or 0) <= got.driver.branch
    driven &= got.driver.branch <= (limits.last_driver or 9999)
    checks = {"driver": driven, "flavour": got.driver.flavour in limits.flavours}
    machine_code: tuple[Toolkit | Framework, ...] = (*got.toolkits, *got.frameworks.values())
    for row in machine_code:
        first, last = numbers(row.first_capability), numbers(row.last_capability)
        checks[f"code in {row}"] = first <= numbers(gpu.capability) <= last
    majors = [t.major for t in got.toolkits] + [
        numbers(row.cuda)[0] for row in got.frameworks.values()
    ]
    checks["last CUDA"] = limits.last_cuda is None or max(majors, default=0) <= limits.last_cuda
    brought = [row.cudnn for row in got.frameworks.values()]
    for version in brought + ([got.cudnn.version] if got.cudnn else []):
        last_cudnn = limits.last_cudnn
        checks[f"cuDNN {version}"] = not last_cudnn or numbers(version, 3) <= numbers(
            last_cudnn
        )
    for name, row in got.frameworks.items():
        checks[f"driver for {name}"] = row.min_driver <= got.driver.branch
        archs = ARCHS.get((name, row.version))
        checks[f"sm for {name}"] = not archs or runs_on(gpu.capability, archs.split())
    for library in filter(None, (got.cudnn, got.nccl)):
        checks[f"major of {library.lock}"] = library.cuda == got.toolkits[0].major
    return [name for name, good in checks.items() if not good]


def solved(system: str, wishes: Wishes, *gpus: Gpu) -> Stack | None:
    """Solve, and hold a refusal to naming the card or the system that it is about."""
    try:
        return solve(gpus, system, wishes)
    except Refused as refusal:
        said = str(refusal)
    assert any(word in said for word in (system, *(gpu.name for gpu in gpus)))
    return None


def stacks(system: str, wishes: Wishes) -> Iterator[tuple[Gpu, Stack]]:
    for gpu in gpu_table().values():
        got = solved(system, wishes, gpu)
        if got:
            yield gpu, got


@pytest.mark.parametrize("wishes", WISHES.values(), ids=WISHES)
@pytest.mark.parametrize("system", systems())
def test_every_card_is_refused_or_covered_by_every_layer(system: str, wishes: Wishes) -> None:
    found = {
        f"{gpu.id} {gpu.name}": gaps
        for gpu, got in stacks(system, wishes)
        if (gaps := uncovered(got, gpu))
    }
    assert found == {}


@pytest.mark.parametrize("system", ["debian-12", "debian-13"])
def test_by_default_all_cards_from_pascal_to_hopper_have_a_stack(system: str) -> None:
    served = {gpu.id for gpu, _ in stacks(system, Wishes())}
    assert served == {
        gpu.id
        for gpu in gpu_table().values()
        if gpu.chip[:2] in {"GP", "GV", "TU", "GA", "AD", "GH"}
    }


@pytest.mark.parametrize("system", ["debian-12", "debian-13"])
def test_by_default_the_driver_runs_what_the_toolkit_builds(system: str) -> None:
    assert all(got.runs(got.toolkits[0]) for _, got in stacks(system, Wishes()))


@pytest.mark.parametrize("system", ["debian-12", "debian-13"])
def test_before_turing_no_cudnn_is_newer_than_the_last_one_with_code(system: str) -> None:
    for gpu, got in stacks(system, Wishes(frameworks=("pytorch",))):
        if numbers(gpu.capability) < (7, 5):
            assert got.cudnn
            for version in (got.cudnn.version, got.frameworks["pytorch"].cudnn):
                assert numbers(version, 3) <= (9, 10, 2), gpu


@pytest.mark.parametrize("system", ["debian-12", "debian-13"])
def test_every_pair_of_cards_is_refused_or_covered(system: str) -> None:
    kinds = list({(gpu.chip[:2], gpu.capability): gpu for gpu in gpu_table().values()}.values())
    served = [
        (pair, got)
        for pair in combinations(kinds, 2)
        if (got := solved(system, Wishes(), *pair))
    ]
    for pair, got in served:
        assert [uncovered(got, gpu) for gpu in pair] == [[], []]
        assert got.nccl
    # Eight kinds: Pascal 6.0 and 6.1, Volta, Turing, Ampere 8.0 and 8.6, Ada, Hopper.
    assert len(served) == 8 * 7 // 2


# --- The catalogue and its locks.

ROWS: dict[str, Any] = {
    **{f"system {name}": row for name, row in systems().items()},
    **{f"architecture {name}": row for name, row in architectures().items()},
    **{f"toolkit {row.release}": row for row in wheel_toolkits()},
    **{f"{name} {row.lock}": row for name in ("cudnn", "nccl") for row in libraries(name)},
    **{
        f"{name} {row.version}": row
        for name in ("pytorch", "tensorflow", "jax")
        for row in frameworks(name)
    },
}
LOCKED = sorted({row.lock for row in ROWS.values() if getattr(row, "lock", None)})


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_every_row_says_where_and_when_it_was_read(row: Any) -> None:
    offers_nothing = getattr(row, "driver", "") is None and getattr(row, "toolkit", "") is None
    assert re.search(r"\b20\d\d-\d\d-\d\d\b", row.source) or (offers_nothing and row.source)


def test_the_id_table_says_where_and_when_it_was_read() -> None:
    head = Path(catalog.__file__).with_name("gpus.yaml").read_text().partition('"')[0]
    assert "pci.ids, version 20" in head
    assert re.search(r"read 20\d\d-\d\d-\d\d", head)


@pytest.mark.parametrize(
    ("gpu", "chip", "capability", "name"),
    [
        (GTX_1080_TI, "GP102", "6.1", "GeForce GTX 1080 Ti"),
        (RTX_4090, "AD102", "8.9", "GeForce RTX 4090"),
        (V100, "GV100", "7.0", "Tesla V100 SXM2 16GB"),
        (H100, "GH100", "9.0", "H100 SXM5 80GB"),
        (K80, "GK210", "3.7", "Tesla K80"),
        (RTX_5090, "GB202", "12.0", "GeForce RTX 5090"),
    ],
)
def test_known_cards(gpu: str, chip: str, capability: str, name: str) -> None:
    assert gpu_table()[gpu] == Gpu(id=gpu, chip=chip, capability=capability, name=name)


def test_every_card_has_one_architecture_and_is_well_formed() -> None:
    chips = [row.chips for row in architectures().values()]
    for key, gpu in gpu_table().items():
        assert gpu.id == key
        assert GPU_ID.fullmatch(key)
        assert re.fullmatch(r"\d{1,2}\.\d", gpu.capability)
        assert [prefix for prefix in chips if gpu.chip.startswith(prefix)] == [gpu.chip[:2]]


def test_sm_is_nvccs_word() -> None:
    assert [sm("6.1"), sm("12.0")] == ["sm_61", "sm_120"]


def test_every_lock_is_there_and_is_used() -> None:
    assert sorted([*LOCKED, "jupyter", "uv"]) == sorted(
        path.stem for path in LOCKS.glob("*.txt")
    )
    assert sorted(path.stem for path in LOCKS.glob("*.in")) == sorted(
        [*LOCKED, "jupyter", "uv"]
    )


def requirements(lock: str) -> list[str]:
    """Each requirement of a lock, its continuation lines joined."""
    lines = lock_text(lock).replace("\\\n", " ").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


@pytest.mark.parametrize("lock", [*LOCKED, "jupyter", "uv"])
def test_every_requirement_is_one_release_with_hashes_and_no_address(lock: str) -> None:
    one = re.compile(r"[a-z0-9-]+==[\w.+!-]+( ;[^\\]*?)?( +--hash=sha256:[0-9a-f]{64})+ *")
    strange = [line for line in requirements(lock) if not one.fullmatch(line)]
    assert strange == []
    assert requirements(lock)
    assert "http:" not in lock_text(lock)
    assert "https:" not in lock_text(lock)


@cache
def pins(lock: str, python: str) -> Mapping[str, str]:
    """Name -> version, as installed by this Python on x86_64 Linux."""
    here = {
        **dict.fromkeys(("python_version",), python),
        "python_full_version": f"{python}.9",
        "platform_machine": "x86_64",
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
        "platform_system": "Linux",
        "sys_platform": "linux",
        "os_name": "posix",
    }
    found: dict[str, str] = {}
    for line in requirements(lock):
        pin, _, marker = line.partition("--hash")[0].partition(";")
        name, _, version = pin.strip().partition("==")
        if not marker.strip() or Marker(marker).evaluate(here):
            assert name not in found, f"{lock}: {name} twice on Python {python}"
            found[name] = version
    return found


def pythons(row: Framework) -> list[str]:
    first, last = (numbers(version)[1] for version in (row.first_python, row.last_python))
    return [f"3.{minor}" for minor in range(max(first, 10), last + 1)]


@pytest.mark.parametrize(
    ("name", "row", "python"),
    [
        pytest.param(name, row, python, id=f"{name} {row.version} on {python}")
        for name in ("pytorch", "tensorflow", "jax")
        for row in frameworks(name)
        for python in pythons(row)
    ],
)
def test_a_frameworks_lock_agrees_with_its_row(name: str, row: Framework, python: str) -> None:
    found = pins(row.lock, python)
    package = {"pytorch": "torch"}.get(name, name)
    assert found[package] == row.version
    assert found["nvidia-cudnn-cu12"] == row.cudnn
    assert found["nvidia-nccl-cu12"] == row.nccl
    assert found["nvidia-cuda-runtime-cu12"].startswith(f"{row.cuda}.")
    assert "ipykernel" in found


@pytest.mark.parametrize("name", ["cudnn", "nccl"])
def test_a_librarys_lock_agrees_with_its_row(name: str) -> None:
    rows: tuple[Library, ...] = libraries(name)
    assert [row.cuda for row in rows] == [11, 12, 13]
    for row in rows:
        assert pins(row.lock, "3.13")[f"nvidia-{name}-cu{row.cuda}"] == row.version


def test_a_toolkits_lock_agrees_with_its_row() -> None:
    for row in wheel_toolkits():
        assert row.lock
        found = pins(row.lock, "3.13")
        assert found["cuda-toolkit"].startswith(f"{row.release}.")
        assert found["nvidia-cuda-nvcc"].startswith(f"{row.release}.")


@pytest.mark.parametrize("python", [system.python for system in systems().values()])
def test_jupyter_and_uv_install_on_every_systems_python(python: str) -> None:
    assert pins("uv", python)["uv"]
    assert pins("jupyter", python)["jupyterlab"]
