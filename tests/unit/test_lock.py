"""A lock: of which boxes it is, what it says, and what becomes of its file."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pyinfra.api import Host

from dlbox.cli import lock as verb
from dlbox.cli.request import BadInput, parse_request
from dlbox.host.apt_facts import Package
from dlbox.host.identity import Identity
from dlbox.lockfile.compatibility import mismatch, outdated
from dlbox.lockfile.disk_need import need_gb
from dlbox.lockfile.file import dump_lock, parse_lock, seal_lock
from dlbox.lockfile.model import Lock, LockedPackage, LockedRepository, LockedWheel
from dlbox.lockfile.provenance import catalog_digest, digest, version
from dlbox.lockfile.wheels import wheel_locks
from dlbox.locking import build as making
from dlbox.locking.apt_closure import Closure
from dlbox.locking.build import build_lock, merge_closures, relevant_modules
from dlbox.locking.diff import difference
from dlbox.locking.groups import group_by_lock, incompatibility
from dlbox.locking.observe import OBSERVED
from dlbox.locking.update import update_lockfile, with_known_modules
from dlbox.locking.wheels import FoundWheel
from dlbox.plan.plan import make_plan
from dlbox.plan.result import RESULTS, result
from dlbox.settings.registry import ROLES
from dlbox.settings.scope import LEFT_OUT, locked_settings
from dlbox.stack.catalog_loader import catalog
from dlbox.stack.constraint import Constraint
from dlbox.stack.gpus import gpu_table
from dlbox.stack.model import Refused, Stack
from dlbox.stack.solve import solve
from roles.jupyter.settings import Jupyter

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 11, 25)
PASCAL = "10de:1b06"
KERNEL = "6.12.94-amd64"


def stack(*wishes: Constraint, card: str = PASCAL, system: str = "debian-13") -> Stack:
    found = solve([gpu_table()[card]], system, wishes, today=TODAY)
    assert isinstance(found, Stack)
    return found


def package(name: str, version: str, **more: Any) -> dict[str, Any]:
    row = {
        "name": name,
        "version": version,
        "architecture": "amd64",
        "size": 1000,
        "sha256": f"of {name} {version}",
        "uri": f"http://deb/pool/{name}.deb",
    }
    return {**row, **more}


def wheel(name: str, version: str, **more: Any) -> dict[str, Any]:
    file = f"{name}-{version}-py3-none-any.whl"
    row = {"name": name, "version": version, "file": file, "size": 10, "sha256": f"of {file}"}
    return {**row, **more}


def lock(**more: Any) -> Lock:
    content: dict[str, Any] = {
        "tool": "0.1.0",
        "catalog": "c0ffee",
        "day": "2026-11-25",
        "system": "debian-13",
        "cards": [PASCAL],
        "knobs": {},
        "stack": stack().model_dump(mode="json", exclude={"warnings"}),
        "kernels": [],
        "compiler": "",
        "modules": {},
        "repositories": [{"uri": "http://deb/", "key": "AA"}],
        "packages": [package("cpp", "4:14"), package("tmux", "3.5")],
        "wheels": [wheel("torch", "2.7.1")],
    }
    return seal_lock({**content, **more})


# What a lock says of a box's knobs.


def test_a_lock_says_which_knobs_are_not_at_their_default() -> None:
    data = {
        "jupyter_port": 8889,
        "jupyter_user": "jupyter",
        "frameworks_names": ["jax"],
        "ssh_user": "x",
    }
    assert locked_settings(data) == {"frameworks_names": ["jax"], "jupyter_port": 8889}
    assert list(locked_settings(data)) == ["frameworks_names", "jupyter_port"], "in one order"


def test_where_things_come_from_and_how_a_run_goes_is_no_matter_of_a_locks() -> None:
    known = {knob for role in ROLES for knob in role.knobs()}
    assert known >= LEFT_OUT
    data = {"box_lock": "a.yaml", "nvidia_driver_reboot": "now", "box_gpus": [PASCAL]}
    assert locked_settings(data) == {}
    assert {"jupyter_port", "nvidia_driver_version", "gpu_policy_cards"} <= known - LEFT_OUT


# Whether it is of a box.


def test_a_lock_fits_its_box_in_whichever_order_the_cards_are() -> None:
    two = lock(cards=["10de:1b06", "10de:2684"])
    assert mismatch(two, "debian-13", ["10de:2684", "10de:1b06"], {"box_lock": "x"}) is None
    assert mismatch(lock(cards=[]), "debian-13", [], {"jupyter_port": 8888}) is None


@pytest.mark.parametrize(
    ("system", "cards", "data", "says"),
    [
        ("debian-12", [PASCAL], {}, "the lock is of debian-13, the box is debian-12"),
        (
            "debian-13",
            [PASCAL, PASCAL],
            {},
            "the lock is of 1 x 10de:1b06, the box has 2 x 10de:1b06",
        ),
        ("debian-13", [], {}, "the lock is of 1 x 10de:1b06, the box has no GPU"),
        (
            "debian-13",
            [PASCAL],
            {"jupyter_port": 9000},
            "the lock has jupyter_port = its default, the box 9000",
        ),
    ],
)
def test_another_boxs_lock_says_in_what_it_differs(
    system: str, cards: list[str], data: dict[str, Any], says: str
) -> None:
    assert mismatch(lock(), system, cards, data) == says


def test_a_knob_that_was_taken_back_makes_it_another_boxs() -> None:
    old = lock(knobs={"jupyter_user": "ada"})
    assert mismatch(old, "debian-13", [PASCAL], {}) == (
        "the lock has jupyter_user = 'ada', the box its default"
    )


def test_a_changed_catalogue_makes_it_old_and_not_another_boxs() -> None:
    assert outdated(lock(), "c0ffee", "0.1.0") is None
    assert outdated(lock(), "decaf", "0.1.0") == (
        "the catalogue has changed since the lock was made on 2026-11-25"
    )
    assert outdated(lock(), "c0ffee", "0.2.0") == (
        "the lock was made by dlbox 0.1.0, this is 0.2.0"
    )


# What it is made from.


def test_the_version_is_pyprojects() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", version())
    assert f"\n## {version()} - " in (ROOT / "CHANGELOG.md").read_text()


def test_the_catalogues_digest_is_of_every_name_and_byte(tmp_path: Path) -> None:
    one, two = tmp_path / "one.yaml", tmp_path / "two.yaml"
    one.write_text("a")
    two.write_text("b")
    before = digest([one, two])
    assert digest([two, one]) == before
    assert digest([one]) != before
    assert digest([one, two.rename(tmp_path / "zwei.yaml")]) != before
    (tmp_path / "zwei.yaml").rename(two).write_text("c")
    assert digest([one, two]) != before
    assert re.fullmatch("[0-9a-f]{64}", catalog_digest())


def test_every_system_has_a_glibc() -> None:
    rows = catalog().systems.items()
    assert {
        name: row.glibc for name, row in rows if not re.fullmatch(r"2\.\d\d", row.glibc)
    } == {}


def test_the_locks_of_a_boxs_wheels_are_those_of_its_stack() -> None:
    assert wheel_locks(stack(), Jupyter()) == {
        "uv": None,
        "jupyter": None,
        "cudnn-cu12-9.10.2.21": None,
        "pytorch-2.7.1-cu126": None,
        "tensorflow-2.21.0-cu12": None,
    }
    other = stack(
        Constraint("pytorch_variant", "cu126"),
        Constraint("pytorch", "2.14.0"),
        Constraint("tensorflow", "none"),
    )
    found = wheel_locks(other, Jupyter(install=False))
    assert "jupyter" not in found
    assert str(found["pytorch-2.14.0-cu126"]).endswith("/whl/cu126")
    ada = stack(Constraint("cuda", "13.5"), card="10de:2684", system="debian-12")
    assert "cuda-13.5" in wheel_locks(ada, Jupyter()), "a toolkit of wheels"


# What differs.


def told(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    return difference(lock(**old), lock(**new))


def test_packages_that_moved_came_and_went_are_named() -> None:
    new = [
        package("cpp", "4:15"),
        package("gcc", "15"),
        package("libc6", "2.41", architecture="i386"),
    ]
    assert told({}, {"packages": new}) == [
        "packages: 2 -> 3",
        "  cpp 4:14 -> 4:15",
        "  + gcc 15",
        "  + libc6:i386 2.41",
        "  - tmux 3.5",
    ]


def test_other_bytes_under_the_same_version_stand_out() -> None:
    new = [package("cpp", "4:14", sha256="other"), package("tmux", "3.5")]
    assert told({}, {"packages": new}) == [
        "packages: 2 -> 2",
        "  cpp 4:14: the same version with OTHER BYTES (SHA-256 differs)",
    ]


def test_wheels_of_two_venvs_may_move_apart() -> None:
    old = [wheel("numpy", "2.1"), wheel("numpy", "2.2")]
    new = [wheel("numpy", "2.1"), wheel("numpy", "2.3"), wheel("jax", "1", file="jax-b.whl")]
    assert told({"wheels": old}, {"wheels": new}) == [
        "wheels: 2 -> 3",
        "  + jax 1",
        "  numpy 2.2 -> 2.3",
    ]
    assert told({"wheels": [wheel("jax", "1")]}, {"wheels": [wheel("jax", "1", file="b.whl")]})[
        1:
    ] == ["  jax 1: jax-1-py3-none-any.whl -> b.whl"]


def test_a_layer_moves_with_its_reason_and_its_end() -> None:
    ada = stack(card="10de:2684").model_dump(mode="json", exclude={"warnings"})
    lines = told({}, {"stack": ada, "cards": ["10de:2684"]})
    assert lines[0] == "cards: 10de:1b06 -> 10de:2684"
    [pytorch] = [line for line in lines if line.startswith("pytorch: 2.7.1 cu126 (pypi) -> ")]
    assert pytorch.endswith(f": {ada['choices']['pytorch']['reason']}")
    without = stack(Constraint("pytorch", "none")).model_dump(mode="json", exclude={"warnings"})
    assert told({}, {"stack": without}) == ["pytorch: 2.7.1 cu126 (pypi) -> none: not wanted"]


def ends(until: str) -> dict[str, Any]:
    plain = stack().model_dump(mode="json", exclude={"warnings"})
    plain["choices"]["driver"] |= {"until": until, "until_reason": "it ends"}
    return plain


def test_an_end_of_support_that_moved_or_is_over_is_told() -> None:
    moved = told({"stack": ends("2028-01-01")}, {"stack": ends("2029-01-01")})
    assert moved == ["driver: until 2028-01-01 -> 2029-01-01: it ends"]
    over = {"stack": ends("2026-11-24")}
    assert told({"tool": "0.0.9", **over}, over) == [
        "dlbox: 0.0.9 -> 0.1.0",
        "driver: out of support since 2026-11-24: it ends",
    ]


def test_all_else_that_a_box_is_made_of_is_told() -> None:
    new = {
        "knobs": {"jupyter_port": 9000},
        "catalog": "decaf",
        "kernels": [KERNEL],
        "compiler": "gcc-14 14.2",
        "modules": {f"nvidia-550/{KERNEL}": "abcdef0123456789"},
        "repositories": [{"uri": "http://deb/", "key": "BB"}],
    }
    assert told({}, new) == [
        "jupyter_port: its default -> 9000",
        "catalogue: changed since 2026-11-25",
        "repository http://deb/: no longer signed by AA",
        "repository http://deb/: signed by BB now",
        f"kernel + {KERNEL}",
        "compiler: none -> gcc-14 14.2",
        f"module nvidia-550/{KERNEL}: not compiled -> abcdef012345",
    ]
    assert f"kernel - {KERNEL}" in told(new, {})


def test_what_no_line_is_about_is_told_too() -> None:
    moved = [package("cpp", "4:14", uri="http://mirror/cpp.deb"), package("tmux", "3.5")]
    assert told({}, {"packages": moved}) == [
        "packages: the same versions, other words or places"
    ]


# What becomes of the file.


def test_a_lock_is_written_once_and_then_current(tmp_path: Path, capsys: Any) -> None:
    path = str(tmp_path / "locks" / "a.yaml")
    assert update_lockfile(path, lock(), update=False) == 0
    assert capsys.readouterr().out == f"{path}: written: 2 packages (0 MB), 1 wheels (0 MB)\n"
    text = Path(path).read_text()
    assert parse_lock(text, path) == lock()
    for update in (False, True):
        assert update_lockfile(path, lock(day="2026-12-01"), update=update) == 0
        assert capsys.readouterr().out == f"{path}: current\n"
    assert Path(path).read_text() == text
    assert [file.name for file in Path(path).parent.iterdir()] == ["a.yaml"]


def test_a_stale_lock_is_told_and_only_written_when_asked_to(
    tmp_path: Path, capsys: Any
) -> None:
    path = str(tmp_path / "a.yaml")
    update_lockfile(path, lock(), update=False)
    text = Path(path).read_text()
    new = lock(packages=[package("cpp", "4:15")], day="2026-12-01")
    capsys.readouterr()
    lines = [
        f"{path}: since 2026-11-25",
        "  packages: 2 -> 1",
        "    cpp 4:14 -> 4:15",
        "    - tmux 3.5",
    ]
    assert update_lockfile(path, new, update=False) == 6
    said = capsys.readouterr().out.splitlines()
    assert said == [*lines, f"{path}: stale; ./dlbox lock --update writes it"]
    assert Path(path).read_text() == text
    assert update_lockfile(path, new, update=True) == 0
    said = capsys.readouterr().out.splitlines()
    assert said == [*lines, f"{path}: written: 1 packages (0 MB), 1 wheels (0 MB)"]
    assert Path(path).read_text() == dump_lock(new)


def test_an_edited_lock_is_said_to_be_one(tmp_path: Path, capsys: Any) -> None:
    path = tmp_path / "a.yaml"
    update_lockfile(str(path), lock(), update=False)
    edited = path.read_text().replace("3.5", "3.6")
    path.write_text(edited)
    capsys.readouterr()
    assert update_lockfile(str(path), lock(), update=False) == 6
    assert "was edited after it was written" in capsys.readouterr().out
    assert path.read_text() == edited
    assert update_lockfile(str(path), lock(), update=True) == 0
    assert "was edited after it was written" in capsys.readouterr().out
    assert parse_lock(path.read_text(), "a") == lock()


def test_a_box_that_has_compiled_nothing_yet_makes_no_lock_stale(tmp_path: Path) -> None:
    what = f"nvidia-550/{KERNEL}"
    old = lock(modules={what: "abc"}, kernels=[KERNEL])
    bare, other = lock(kernels=[KERNEL]), lock(kernels=[KERNEL], compiler="gcc-15 15")
    assert with_known_modules(old, bare).modules == {what: "abc"}
    assert with_known_modules(old, other) == other, "it compiles something else"
    fresh = lock(modules={what: "xyz"}, kernels=[KERNEL])
    assert with_known_modules(old, fresh) == fresh
    path = str(tmp_path / "a.yaml")
    assert [update_lockfile(path, one, update=False) for one in (old, bare, other)] == [0, 0, 6]


# Which boxes share one.


def hosts(folder: Path, **boxes: dict[str, Any]) -> list[Host]:
    rows = list(boxes.items())
    (folder / "lab.py").write_text(f"boxes = {rows!r}\n")
    return list(parse_request([str(folder / "lab.py")]).hosts)


def names(found: dict[str, list[Host]]) -> dict[str, list[str]]:
    return {path: [host.name for host in boxes] for path, boxes in found.items()}


def test_boxes_that_name_the_same_file_are_a_class(tmp_path: Path) -> None:
    found = group_by_lock(
        hosts(
            tmp_path,
            a={"box_lock": "x.yaml"},
            b={"box_lock": "y.yaml"},
            c={"box_lock": "./x.yaml", "nvidia_driver_reboot": "now"},
        )
    )
    assert names(found) == {"x.yaml": ["a", "c"], "y.yaml": ["b"]}


def test_boxes_of_a_class_agree_in_their_knobs(tmp_path: Path) -> None:
    two = hosts(tmp_path, a={"box_lock": "x"}, b={"box_lock": "x", "jupyter_port": 9000})
    with pytest.raises(BadInput) as error:
        group_by_lock(two)
    assert str(error.value) == (
        "a and b: x is for both, and jupyter_port is its default here, 9000 there"
        " | give them one value, or two files"
    )


def test_a_box_without_a_lock_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as error:
        group_by_lock(hosts(tmp_path, a={"box_lock": "x"}, b={}, c={}))
    assert str(error.value).splitlines() == [
        "b: box_lock is not set | name a file in the inventory",
        "c: box_lock is not set | name a file in the inventory",
    ]


def box(system: str = "debian-13", **more: Any) -> Identity:
    plain = {
        "system": system,
        "arch": "x86_64",
        "uid": 0,
        "systemd": True,
        "clock": 0,
        "free_gb": 99.0,
        "sudo": "none",
        "foreign": (),
        "pci_gpus": (PASCAL,),
    }
    return Identity(**{**plain, **more})


@pytest.fixture(autouse=True)
def _nothing_seen() -> Iterator[None]:
    yield
    OBSERVED.clear()
    RESULTS.clear()


def looked(name: str, seen: Identity, closure: Closure, **data: Any) -> None:
    result(name).plan = make_plan(seen, data, TODAY)
    OBSERVED[name] = closure


def closed(*packages: dict[str, Any], **more: Any) -> Closure:
    rows = tuple(LockedPackage(**row) for row in packages)
    return Closure(rows, (LockedRepository(uri="http://deb/", key="AA"),), **more)


def test_boxes_of_a_class_agree_in_what_they_are(tmp_path: Path) -> None:
    two = hosts(tmp_path, a={"box_lock": "x"}, b={"box_lock": "x"})
    cpp = closed(package("cpp", "4:14"))
    looked("a", box(), cpp)
    looked("b", box(), cpp)
    assert incompatibility(two) is None
    looked("b", box("debian-12"), cpp)
    assert incompatibility(two) == "a and b: debian-13 here, debian-12 there"
    looked("b", box(pci_gpus=(PASCAL, PASCAL)), cpp)
    assert incompatibility(two) == "a and b: cards 10de:1b06 here, 10de:1b06 10de:1b06 there"
    looked("b", box(), closed(package("cpp", "4:13")))
    assert incompatibility(two) == "a and b: cpp would be 4:14 here, 4:13 there"


# The whole of it.


def test_what_one_box_had_before_the_other_may_need() -> None:
    one = closed(package("cpp", "4:14"), compiler="gcc-14 14", modules={"m-1/k": "a"})
    two = closed(package("aaa", "1"), package("cpp", "4:14"))
    both = merge_closures([one, two])
    assert [row.name for row in both.packages] == ["aaa", "cpp"]
    assert both.repositories == one.repositories
    assert (both.compiler, both.modules) == ("gcc-14 14", {"m-1/k": "a"})
    assert merge_closures([two, one]) == both


def test_modules_of_other_drivers_and_kernels_are_left_out() -> None:
    mine = f"nvidia-current-550.163.01/{KERNEL}"
    there = {
        mine: "a",
        f"nvidia-current-535.1/{KERNEL}": "b",
        "nvidia-current-550.163.01/6.1": "c",
    }
    got = closed(package("libcuda1", "550.163.01-2"), modules=there)
    assert relevant_modules(got, stack(), [KERNEL]) == {mine: "a"}


def test_a_lock_is_made_of_all_that_a_class_gets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[Any, ...]] = []

    def wheels(*words: Any) -> list[FoundWheel]:
        asked.append(words)
        return [FoundWheel(LockedWheel(**wheel("torch", "2.7.1")), "https://secret@index/")]

    monkeypatch.setattr(making, "resolve", wheels)
    knobs = {"box_lock": "x", "jupyter_port": 9000}
    two = hosts(tmp_path, a=knobs, b=knobs)
    looked("a", box(kernels=("6.12.9-amd64",)), closed(package("cpp", "4:14")), **knobs)
    looked("b", box(kernels=("6.12.94-amd64",)), closed(package("tmux", "3.5")), **knobs)
    got = build_lock(two, TODAY)
    assert asked == [(wheel_locks(stack(), Jupyter()), "3.13", "2.41")]
    assert got == parse_lock(dump_lock(got), "x")
    assert (got.system, got.cards, got.knobs) == (
        "debian-13",
        (PASCAL,),
        {"jupyter_port": 9000},
    )
    assert got.kernels == ("6.12.94-amd64", "6.12.9-amd64")
    assert [row.name for row in got.packages] == ["cpp", "tmux"]
    assert got.catalog == catalog_digest()
    assert got.stack["driver"]["branch"] == 550
    assert "warnings" not in got.stack
    assert "secret" not in dump_lock(got)


def run(
    monkeypatch: pytest.MonkeyPatch, folder: Path, *words: str, **boxes: dict[str, Any]
) -> int:
    """Run the verb with what was noted before, as if boxes had just been looked at."""
    hosts(folder, **boxes)
    monkeypatch.setattr(verb, "run_pyinfra", lambda *_: 0)
    monkeypatch.setattr(verb, "take_stock", lambda: None)
    monkeypatch.setattr(making, "resolve", lambda *_: [])
    return verb.main([str(folder / "lab.py"), *words])


def test_the_worst_that_became_of_a_class_is_the_exit_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    boxes = {name: {"box_lock": str(tmp_path / f"{name}.yaml")} for name in "abc"}
    for name in "abc":
        looked(name, box(), closed(package("cpp", "4:14")))
    assert run(monkeypatch, tmp_path, **boxes) == 0
    looked("a", box(), closed(package("cpp", "4:15")))
    assert run(monkeypatch, tmp_path, **boxes) == 6
    del OBSERVED["b"]
    result("b").failed, result("b").refused = "no stack", True
    assert run(monkeypatch, tmp_path, "--update", **boxes) == 3
    del OBSERVED["c"]
    RESULTS.pop("c")
    capsys.readouterr()
    assert run(monkeypatch, tmp_path, "--update", **boxes) == 1
    said = capsys.readouterr()
    assert said.err == (
        "dlbox lock: b: no stack\ndlbox lock: c: no answer; its last lines stand above\n"
    )
    assert said.out == f"{tmp_path}/a.yaml: current\n", "the others' is written all the same"


def test_boxes_that_cannot_share_are_refused_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    shared = {"box_lock": str(tmp_path / "x.yaml")}
    looked("a", box(), closed())
    looked("b", box("debian-12"), closed())
    assert run(monkeypatch, tmp_path, a=shared, b=shared) == 3
    assert capsys.readouterr().err == (
        "dlbox lock: a and b: debian-13 here, debian-12 there | give each its own file in box_lock\n"
    )
    assert not (tmp_path / "x.yaml").exists()


def test_bad_input_is_told_before_a_box_is_reached(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    assert run(monkeypatch, tmp_path, a={}) == 2
    assert capsys.readouterr().err == (
        "dlbox lock: a: box_lock is not set | name a file in the inventory\n"
    )


def test_a_file_that_cannot_be_written_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    (tmp_path / "file").write_text("")
    looked("a", box(), closed())
    knobs = {"box_lock": str(tmp_path / "file" / "x.yaml")}
    assert run(monkeypatch, tmp_path, a=knobs) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_lock_of_another_format_is_refused() -> None:
    with pytest.raises(Refused, match="is of format 2"):
        parse_lock(dump_lock(lock()).replace("format: 1", "format: 2"), "x")


def test_the_disk_that_a_lock_still_takes() -> None:
    stack = solve([gpu_table()["10de:1b06"]], "debian-13", today=date(2026, 11, 25))
    assert isinstance(stack, Stack)
    there, other, new = (
        package("a", "1"),
        package("b", "2"),
        package("c", "3", installed_kb=10**6),
    )
    said = lock(packages=(there, other, new))
    found = {"a": Package("1", "a", held=False), "b": Package("1", "b", held=False)}
    packages = (1000 + 1000 + 1_024_000_000) / 1e9
    assert need_gb(said, stack, found, fresh=False) == pytest.approx(packages)
    # cuDNN 1.1, PyTorch 5.5, TensorFlow 6.5; CUDA 12.4 comes from packages.
    assert need_gb(said, stack, found, fresh=True) == pytest.approx(packages + 13.1)
