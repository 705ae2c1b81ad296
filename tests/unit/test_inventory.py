"""Inventories and command lines as people write them, judged without reaching a box."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dlbox.cli.request import BadInput, parse_request
from dlbox.settings.inventory import Choice, host_data, inventory_faults, load, setting_source

ROOT = Path(__file__).parents[2]
UNKNOWN = "no such knob; did you mean 'nccl_version'?"
LOW = "Input should be greater than or equal to 1024"
FLEET = """
gtx = [("gtx-1", {"jupyter_user": "ada"}), "gtx-2"]
rtx = ["rtx-1"]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder for the inventory, and stand where there is no ./group_data to be read."""
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    monkeypatch.delenv("DLBOX_CWD", raising=False)
    return tmp_path


def write(folder: Path, **files: str) -> str:
    """Write the inventory ``lab`` and group_data; return the inventory's path."""
    (folder / "group_data").mkdir()
    for name, text in files.items():
        place = folder if name == "lab" else folder / "group_data"
        (place / f"{name}.py").write_text(text)
    return str(folder / "lab.py")


def test_a_fault_names_the_file_of_its_group(folder: Path) -> None:
    lab = write(folder, lab=FLEET, gtx="jupyter_port = 80\n", all="nccl_versoin = '*'\n")
    assert inventory_faults(load(lab)) == [
        f"gtx-1, gtx-2, rtx-1: nccl_versoin (group all): {UNKNOWN}",
        f"gtx-1, gtx-2: jupyter_port (group gtx): 80: {LOW}",
    ]


def test_boxes_share_a_line_only_where_they_share_the_fault(folder: Path) -> None:
    lab = write(
        folder, lab='a = [("x", {"jupyter_port": 80}), ("y", {"jupyter_port": 81}), "z"]\n'
    )
    assert inventory_faults(load(lab)) == [
        f"x: jupyter_port (the inventory): 80: {LOW}",
        f"y: jupyter_port (the inventory): 81: {LOW}",
    ]


@pytest.mark.parametrize("group", ["gtx", "all"])
def test_a_groups_data_in_the_inventory_is_named_so(folder: Path, group: str) -> None:
    lab = write(folder, lab=f'{group} = (["gtx-1"], {{"jupyter_port": 80}})\n')
    assert inventory_faults(load(lab)) == [f"gtx-1: jupyter_port (group {group}): 80: {LOW}"]


def test_a_good_fleet_has_no_faults(folder: Path) -> None:
    lab = write(
        folder, lab=FLEET, gtx='cuda_versions = ["12.4"]\n', all="jupyter_port = 9000\n"
    )
    assert inventory_faults(load(lab)) == []


def test_sources_in_pyinfras_own_order(folder: Path) -> None:
    lab = write(
        folder,
        lab='gtx = [("a", {"jupyter_port": 3000}), "b"]\nrtx = ["c"]\n',
        all="jupyter_port = 1100\n",
        gtx="jupyter_port = 2000\n",
    )

    def seen(*options: str) -> list[tuple[int, str]]:
        hosts = load(lab, options)
        return [
            (host_data(h)["jupyter_port"], setting_source(h, "jupyter_port")) for h in hosts
        ]

    assert seen() == [
        (3000, "the inventory"),
        (2000, "group gtx"),
        (1100, "group all"),
    ]
    assert seen("jupyter_port=4000") == [(4000, "--data")] * 3


def test_of_two_groups_the_last_one_wins_and_is_named(folder: Path) -> None:
    lab = write(
        folder,
        lab='first = ["a"]\nsecond = ["a"]\n',
        first="jupyter_port = 1111\n",
        second="jupyter_port = 2222\n",
    )
    [host] = load(lab)
    assert (host_data(host)["jupyter_port"], setting_source(host, "jupyter_port")) == (
        2222,
        "group second",
    )


def test_more_group_data_may_be_given(folder: Path) -> None:
    lab = write(folder, lab=FLEET, rtx="jupyter_port = 1111\n")
    more = folder / "site"
    more.mkdir()
    (more / "rtx.py").write_text("jupyter_port = 2222\n")
    [host] = Choice(lab, ("rtx",), group_data=(str(more),)).hosts()
    assert host_data(host)["jupyter_port"] == 2222


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("cuda_versions=12.10", 12.1),
        ('cuda_versions=["12.10"]', ["12.10"]),
        ("jupyter_install=False", False),
        ("nccl_version=*", "*"),
        ("cudnn_version=9.10.*", "9.10.*"),
        ("cudnn_version=9.1", 9.1),
        ("jupyter_user=a=b", "a=b"),
    ],
)
def test_options_are_read_as_pyinfra_reads_them(
    folder: Path, option: str, value: object
) -> None:
    [host, *_] = load(write(folder, lab=FLEET), [option])
    assert host_data(host)[option.partition("=")[0]] == value


@pytest.mark.parametrize(
    ("limit", "names"),
    [
        ([], ["gtx-1", "gtx-2", "rtx-1"]),
        (["gtx-2"], ["gtx-2"]),
        (["gtx"], ["gtx-1", "gtx-2"]),
        (["lab"], ["gtx-1", "gtx-2", "rtx-1"]),
        (["?tx-1"], ["gtx-1", "rtx-1"]),
        (["rtx", "gtx-1"], ["gtx-1", "rtx-1"]),
        (["titan*"], []),
    ],
)
def test_limit_is_a_box_a_group_or_a_pattern(
    folder: Path, limit: list[str], names: list[str]
) -> None:
    chosen = Choice(write(folder, lab=FLEET), tuple(limit)).hosts()
    assert [host.name for host in chosen] == names


def test_a_good_request(folder: Path) -> None:
    lab = write(folder, lab=FLEET)
    asked = parse_request([lab, "--limit", "gtx", "-y", "--data", "jupyter_port=9000"])
    assert [host.name for host in asked.hosts] == ["gtx-1", "gtx-2"]
    assert (asked.choice.inventory, asked.params["yes"]) == (lab, True)
    assert asked.options == ("--limit", "gtx", "-y", "--data", "jupyter_port=9000")


def test_without_an_inventory_it_is_this_machine(folder: Path) -> None:
    del folder
    for argv in ([], ["--dry"]):
        assert [host.name for host in parse_request(argv).hosts] == ["@local"]


def test_an_excluded_box_is_not_asked_for(folder: Path) -> None:
    asked = parse_request([write(folder, lab=FLEET), "--exclude", "gtx"])
    assert [host.name for host in asked.hosts] == ["rtx-1"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ("--limit titan*", "--limit titan*: matches no box | boxes: gtx-1, gtx-2, rtx-1; groups: gtx, lab, rtx"),
        ("--no-wait", "--no-wait: pyinfra then hides failed operations | leave it out"),
        ("--frobnicate", "No such option '--frobnicate'."),
        ("--limit", "Option '--limit' requires an argument."),
        ("other.py", "other.py: one inventory only | ./dlbox VERB [INVENTORY] [options]"),
        ("--data jupyter_port=80", f"gtx-1, gtx-2, rtx-1: jupyter_port (--data): 80: {LOW}"),
        ("--data jupyter_port=80 --limit rtx", f"rtx-1: jupyter_port (--data): 80: {LOW}"),
    ],
)  # fmt: skip
def test_a_wrong_option_is_one_line(folder: Path, options: str, says: str) -> None:
    with pytest.raises(BadInput) as refusal:
        parse_request([write(folder, lab=FLEET), *options.split()])
    assert str(refusal.value) == says


@pytest.mark.parametrize(
    ("inventory", "says"),
    [
        ("nowhere.py", "nowhere.py: no such inventory file | name one, or leave it out for this machine"),
        ("@nothing/x", "@nothing/x: cannot be read: NoConnectorError: Invalid connector: nothing | mend it"),
    ],
)  # fmt: skip
def test_an_inventory_that_is_not_there(folder: Path, inventory: str, says: str) -> None:
    del folder
    with pytest.raises(BadInput) as refusal:
        parse_request([inventory])
    assert str(refusal.value) == says


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("boxes = []\n", "names no box | add one, e.g. boxes = ['@local']"),
        ("boxes = [\n", "cannot be read: SyntaxError: "),
        ("boxes = [nope]\n", "cannot be read: NameError: "),
        ("x = 1 / 0\n", "cannot be read: ZeroDivisionError: "),
    ],
)
def test_an_inventory_that_is_wrong(folder: Path, text: str, says: str) -> None:
    lab = write(folder, lab=text)
    with pytest.raises(BadInput) as refusal:
        parse_request([lab])
    assert str(refusal.value).startswith(f"{lab}: {says}")
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("verb", ["up", "verify", "plan"])
def test_bad_input_exits_2_with_a_line_per_fault(folder: Path, verb: str) -> None:
    lab = write(folder, lab=FLEET, gtx="jupyter_port = 80\n", rtx="nope = 1\n")
    run = subprocess.run(
        [sys.executable, "-m", "deploys", verb, "lab.py"],
        capture_output=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "DLBOX_CWD": str(Path(lab).parent)},
        text=True,
    )
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.splitlines() == [
        f"dlbox {verb}: gtx-1, gtx-2: jupyter_port (group gtx): 80: {LOW}",
        f"dlbox {verb}: rtx-1: nope (group rtx): no such knob; README lists every knob",
    ]
