"""Whatever is changed on a box by hand, drift names it; and nothing that nobody has changed."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dlbox.sandbox.container import Container, start
from dlbox.sandbox.engine import engine
from dlbox.sandbox.image import image
from dlbox.sandbox.mounts import download_cache
from roles.jupyter.manifest import HOME
from tests.rebuild.drift_cases import MUTATIONS, SERVES, SITE, Item, Mutation, rounds
from tests.support.cli import dlbox, inventory

RELEASE = "debian-13"
KNOBS: dict[str, Any] = {
    "box_gpus": ["10de:1b06"],
    "cuda_versions": [],
    "frameworks_names": [],
    "gpu_policy_cards": {"all": {"power_limit_w": 200}},
}
KINDS = {"file", "folder", "link", "tree", "package", "unit", "user", "kernel"}
IMPORTS = "import IPython, ipykernel, jupyter_server, jupyterlab, nbconvert, tornado.web"
REQUEST = """
curl -sf -H "Authorization: token $(cat /etc/dlbox/jupyter-token)" http://127.0.0.1:8888/api/"""


@pytest.fixture(scope="module")
def box() -> Iterator[Container]:
    os.environ.update(engine().environment())
    made = start("dlbox-test-drift", image(RELEASE), mounts=download_cache(RELEASE))
    # It is restarted below, so it is no disposable box; this saves most of what those do.
    made.run("tee", "/etc/dpkg/dpkg.cfg.d/unsafe-io", input="force-unsafe-io\n")
    yield made
    made.remove()


@pytest.fixture(scope="module")
def boxes(box: Container, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return inventory(tmp_path_factory.mktemp("drift"), (box, KNOBS))


def drift(boxes: Path, *words: str) -> tuple[int, dict[str, Any]]:
    """Return the exit code, and what is told of the one box."""
    run = dlbox("drift", boxes, "--json", *words)
    begin = run.stdout.rfind('{\n  "boxes"')
    assert begin >= 0, run.stdout[-3000:]
    [told] = json.JSONDecoder().raw_decode(run.stdout[begin:])[0]["boxes"].values()
    return run.returncode, told


def assert_as_applied(boxes: Path) -> None:
    code, told = drift(boxes)
    assert told["changes"] == []
    assert code == 0, told


def changes(told: dict[str, Any], changed_in: str = "box") -> dict[Item, str]:
    """Return what changed by one side's doing, with what is told of it."""
    return {
        (row["kind"], row["name"]): row["detail"]
        for row in told["changes"]
        if row["changed_in"] == changed_in
    }


def carry_out(box: Container, scripts: list[str]) -> None:
    """Run all of them as root on the box, by one command, up to one that fails."""
    box.run("sh", "-c", "\n".join(map(_told, scripts)))


def _told(script: str) -> str:
    word = shlex.quote(script)
    return f"sh -ec {word} || {{ printf 'failed: %s' {word} | tr '\\n' ' ' >&2; exit 1; }}"


def test_a_box_without_a_record_is_no_box_without_drift(boxes: Path) -> None:
    code, told = drift(boxes)
    assert (code, told["failed"]) == (1, "no record: dlbox up has not finished there")


def test_untouched_it_is_as_applied(boxes: Path) -> None:
    run = dlbox("up", boxes, "-y")
    assert run.returncode == 0, run.stdout[-4000:]
    assert_as_applied(boxes)


def test_it_asks_the_box_once(
    box: Container, boxes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = box.engine.name
    log, spy = tmp_path / "log", tmp_path / name
    spy.write_text(f'#!/bin/sh\necho "$1" >>{log}\nexec {shutil.which(name)} "$@"\n')
    spy.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert_as_applied(boxes)
    assert log.read_text().split().count("exec") == 1


def test_there_are_cases_of_every_kind() -> None:
    assert {one.kind for one in MUTATIONS} == KINDS
    assert len(MUTATIONS) >= 40
    groups = rounds(MUTATIONS)
    assert sum(map(len, groups)) == len(MUTATIONS)


@pytest.mark.parametrize("group", rounds(MUTATIONS), ids=lambda group: f"{len(group)}-at-once")
def test_each_change_on_the_box_is_named_and_nothing_else_is(
    box: Container, boxes: Path, group: list[Mutation]
) -> None:
    carry_out(box, [one.cause for one in group])
    try:
        code, told = drift(boxes)
    finally:
        carry_out(box, [one.cure for one in reversed(group)])
    found = changes(told)
    assert set(found) == set().union(*(one.items() for one in group))
    assert len(told["changes"]) == len(found)
    assert code == 6
    said = [(one.says, found[one.kind, one.name]) for one in group]
    assert [pair for pair in said if not re.fullmatch(*pair)] == []
    assert_as_applied(boxes)


def test_apt_update_is_no_drift(box: Container, boxes: Path) -> None:
    box.run("apt-get", "-q", "update")
    assert_as_applied(boxes)


def test_logrotate_is_no_drift(box: Container, boxes: Path) -> None:
    box.run("sh", "-c", "command -v logrotate || apt-get -q -y install logrotate")
    box.run("logrotate", "-f", "/etc/logrotate.conf")
    assert_as_applied(boxes)


def test_the_use_of_a_venv_is_no_drift(box: Container, boxes: Path) -> None:
    count = f"find {HOME}/ -name '*.pyc' | wc -l"
    before = int(box.run("sh", "-c", count).stdout)
    box.run(f"{HOME}/bin/python", "-c", IMPORTS)
    assert int(box.run("sh", "-c", count).stdout) > before + 100
    assert_as_applied(boxes)


# In brackets, so that the shell which looks does not find its own words.
KERNEL_RUNS = "for i in $(seq 60); do pgrep -f '[i]pykernel' && exit 0; sleep 0.5; done; exit 1"


def test_the_use_of_jupyterlab_is_no_drift(box: Container, boxes: Path) -> None:
    box.run("sh", "-ec", f"({SERVES}); {REQUEST}kernels -X POST -d '{{}}'")
    box.run("sh", "-ec", f'{REQUEST}contents -X POST -d \'{{"type": "notebook"}}\'')
    box.run("sh", "-ec", KERNEL_RUNS)
    assert_as_applied(boxes)


def test_a_reboot_is_no_drift(box: Container, boxes: Path) -> None:
    box.engine.call("restart", box.name)
    box.run("systemctl", "is-system-running", "--wait", check=False)
    assert_as_applied(boxes)


def test_another_setting_is_told_apart_from_a_change_on_the_box(
    box: Container, boxes: Path
) -> None:
    unit = "/etc/systemd/system/dlbox-jupyter.service"
    code, told = drift(boxes, "--data", "jupyter_port=8899")
    assert (code, changes(told, "settings")) == (6, {("file", unit): "other content"})
    assert changes(told) == {}
    box.run("chmod", "600", unit)
    code, told = drift(boxes, "--data", "jupyter_port=8899")
    box.run("chmod", "644", unit)
    said = "mode 644 -> 600; and by the settings: other content"
    assert (code, changes(told, "both")) == (6, {("file", unit): said})
    assert_as_applied(boxes)


def test_where_the_settings_are_refused_the_box_is_still_told_of(
    box: Container, boxes: Path
) -> None:
    box.run("chmod", "700", "/opt/dlbox")
    try:
        code, told = drift(boxes, "--data", "nvidia_driver_version=999.99.99")
    finally:
        box.run("chmod", "755", "/opt/dlbox")
    assert "999.99.99" in told["refused"]
    assert (code, changes(told)) == (6, {("folder", "/opt/dlbox"): "mode 755 -> 700"})


def test_people_are_told_a_line_a_change(box: Container, boxes: Path) -> None:
    box.run("apt-mark", "unhold", "libcuda1")
    try:
        run = dlbox("drift", boxes)
    finally:
        box.run("apt-mark", "hold", "libcuda1")
    assert run.returncode == 6, run.stdout[-3000:]
    head, row = (
        f"{box.host}: 1 difference",
        "  on the box  package libcuda1: hold removed",
    )
    assert run.stdout.endswith(f"\n\n{head}\n{row}\n")


def test_up_mends_what_drift_names(box: Container, boxes: Path) -> None:
    edited = f"{SITE}/tornado/web.py"
    box.run(
        *("sh", "-ec"),
        f"rm /etc/update-motd.d/60-dlbox; apt-mark unhold libcuda1; echo '# mine' >>{edited}",
    )
    code, told = drift(boxes)
    assert (code, len(changes(told))) == (6, 3)
    run = dlbox("up", boxes, "-y")
    assert run.returncode == 0, run.stdout[-3000:]
    assert_as_applied(boxes)
    box.run("test", "-x", "/etc/update-motd.d/60-dlbox")
    assert "libcuda1" in box.run("apt-mark", "showhold").stdout
    assert "# mine" not in box.run("sh", "-c", f"tail -n 1 {edited}").stdout
