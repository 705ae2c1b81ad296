"""The same box again: by its lock on another day of the archive, and after it was something else."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dlbox.lockfile.file import load_lock
from dlbox.sandbox.container import start
from dlbox.sandbox.engine import engine
from dlbox.sandbox.image import image
from dlbox.sandbox.mounts import STORE, download_cache
from roles.jupyter.manifest import HOME
from tests.rebuild.invalid_locks import BROUGHT, MISFITS, SPOILT, resealed, with_other_bytes
from tests.rebuild.tree import tree
from tests.rebuild.two_boxes import (
    LIB,
    TOOL,
    Archive,
    Subject,
    checkout,
    explained,
    forget,
    quietly,
)
from tests.support import cli
from tests.support.archive.keys import make_key
from tests.support.archive.serve import serve
from tests.support.cli import changed
from tests.support.snapshot import changes, manifest

RELEASE = "debian-13"
ALLOWED = {
    "/etc/hostname": "each box has its name",
    "/etc/machine-id": "and its number, which systemd makes at the first boot",
    "/etc/dlbox/jupyter-token": "and its secret, made on the box",
    "/home/jupyter/.+": "JupyterLab at work: its process, its cookies",
    "/var/cache/ldconfig/aux-cache": "ldconfig's notes, with numbers of inodes",
    "/var/lib/dlbox/generations(/.+)?": "the record: sees the token, and times of files",
    "/var/lib/dlbox/(left|locked/.+|said)": "what the last run has left, got and said",
    "/var/log/.+": "logs have times",
}
"""Paths, as regular expressions, in which two boxes of a lock may differ, and why."""
SECOND: dict[str, Any] = {"base_packages": [TOOL, "ncdu"], "jupyter_port": 8899}
CHECKS = "base or jupyter or nvidia_driver"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    os.environ.update(engine().environment())
    folder = tmp_path_factory.mktemp("archive")
    with serve(folder) as url:
        made = Archive(folder, url, make_key(None, "small archive of dlbox's tests"))
        made.publish("1.0")
        yield made


def subject(archive: Archive, name: str, folder: Path) -> Iterator[Subject]:
    box = start(
        f"dlbox-test-same-{name}",
        image(RELEASE),
        disposable=True,
        mounts=download_cache(RELEASE),
    )
    try:
        archive.beside(box)
        quietly(box)
        yield Subject(box, folder)
        forget(box)
    finally:
        box.remove()


@pytest.fixture(scope="module")
def one(archive: Archive, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Subject]:
    yield from subject(archive, "one", tmp_path_factory.mktemp("one"))


@pytest.fixture(scope="module")
def other(archive: Archive, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Subject]:
    yield from subject(archive, "other", tmp_path_factory.mktemp("other"))


@pytest.fixture(scope="module")
def lock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("lock") / "lock.yaml"


@pytest.fixture(scope="module")
def second(lock: Path) -> Path:
    return lock.with_name("second.yaml")


@pytest.fixture(scope="module")
def as_first() -> dict[str, str]:
    """Return what the first box consists of by its first lock, once that is read."""
    return {}


def error(said: str) -> str:
    """Return the last error: what is wrong, and below it what to do."""
    return "\n".join(said.rstrip().splitlines()[-2:])


def test_a_box_is_built_from_the_lock_of_its_day(
    archive: Archive, one: Subject, lock: Path, as_first: dict[str, str]
) -> None:
    run = one.do("lock", box_lock=str(lock))
    assert run.returncode == 0, run.stdout[-3000:]
    made = load_lock(str(lock))
    assert {TOOL, LIB} <= set(made.versions)
    keys = {row.key for row in made.repositories if row.uri.startswith(archive.url)}
    assert keys == {archive.key.fingerprint}
    run = one.do("up", "-y", box_lock=str(lock))
    assert run.returncode == 0, run.stdout[-4000:]
    assert "2 packages from the archive" in run.stdout or (
        f"{len(made.packages)} packages from the archive" in run.stdout
    )
    assert one.versions() == {TOOL: "1.0", LIB: "1.0"}
    as_first.update(tree(one.box))
    assert len(as_first) > 30_000, "the tree has lost its branches"


def test_again_it_is_one_look(one: Subject, lock: Path) -> None:
    run = one.do("up", "-y", box_lock=str(lock))
    assert (run.returncode, changed(run.stdout)) == (0, [])
    rows = re.findall(r"^    (\S.*?)  +1 +- +- +1 *$", run.stdout, re.MULTILINE)
    assert rows == ["Compare with the record", "Grand total"]


def test_the_archive_moves_on(archive: Archive, lock: Path) -> None:
    archive.remember(load_lock(str(lock)).day)
    archive.publish("2.0")
    assert not archive.deb(TOOL, "1.0").exists()


@pytest.mark.parametrize("wrong", MISFITS)
def test_a_lock_is_refused_that_is(other: Subject, lock: Path, wrong: str) -> None:
    text, says = MISFITS[wrong]
    path = lock.with_name("wrong.yaml")
    path.write_text(text(load_lock(str(lock))))
    before = manifest(other.box)
    run = other.do("up", "-y", box_lock=str(path))
    said = f"{other.box.host}: refused, nothing was changed: {says}"
    assert re.fullmatch(said, error(run.stdout)), run.stdout[-2000:]
    assert run.returncode == 3
    assert changes(before, manifest(other.box)) == []


@pytest.mark.parametrize("how", SPOILT)
def test_nothing_is_unpacked_where_one_package(
    archive: Archive, other: Subject, lock: Path, how: str
) -> None:
    spoil, says = SPOILT[how]
    kept = next(archive.folder.glob("snapshots/archive/stub/*/pool/main"))
    if spoil:
        for name in (TOOL, LIB):
            shutil.copy(kept / archive.deb(name, "1.0").name, archive.deb(name, "1.0"))
        spoilt = archive.deb(TOOL, "1.0")
        spoilt.write_bytes(spoil(spoilt.read_bytes()))
    before = manifest(other.box)
    try:
        run = other.do("up", "-y", box_lock=str(lock))
    finally:
        for name in (TOOL, LIB):
            archive.deb(name, "1.0").unlink(missing_ok=True)
        forget(other.box)
    assert run.returncode == 1
    assert re.search(BROUGHT.format(count=1 if spoil else 2), run.stdout), run.stdout[-3000:]
    assert re.search(f"{TOOL}_1.0_amd64.deb: {archive.url}/\\S+: E: .*{says}", run.stdout)
    assert changes(before, manifest(other.box)) == []


def test_what_the_locks_box_had_before_this_one_must_have_too(
    other: Subject, lock: Path
) -> None:
    whole = load_lock(str(lock)).model_dump(mode="json")["packages"]
    path = lock.with_name("wrong.yaml")
    rest = [package for package in whole if package["name"] not in (TOOL, LIB)]
    path.write_text(resealed(packages=rest)(load_lock(str(lock))))
    before = manifest(other.box)
    run = other.do("up", "-y", box_lock=str(path))
    says = f"the lock was made on a box that had {TOOL} before, and this one has not"
    assert run.returncode == 1
    assert says in run.stdout, run.stdout[-3000:]
    assert changes(before, manifest(other.box)) == []


def test_no_lock_is_made_of_an_archive_that_somebody_else_signs(
    archive: Archive, other: Subject, lock: Path
) -> None:
    path = lock.with_name("wrong.yaml")
    path.unlink(missing_ok=True)
    archive.publish("2.0", make_key(None, "somebody else"))
    before = manifest(other.box)
    run = other.do("lock", box_lock=str(path))
    archive.publish("2.0")
    line = rf"dlbox lock: {other.box.host}: apt: .* is not signed\.\n  -> fix the cause and .+"
    assert re.fullmatch(line, error(run.stdout)), run.stdout[-3000:]
    assert run.returncode == 1
    assert not path.exists()
    assert changes(before, manifest(other.box)) == []


def test_another_box_on_another_day_is_the_same(
    archive: Archive, other: Subject, lock: Path, as_first: dict[str, str]
) -> None:
    run = other.do("up", "-y", box_lock=str(lock), box_snapshot=archive.snapshots)
    assert run.returncode == 0, run.stdout[-4000:]
    assert "2 packages from the snapshot" in run.stdout
    files = f"{LIB}_1.0_amd64.deb {TOOL}_1.0_amd64.deb"
    assert f"withdrawn upstream, and so from the snapshot: {files}" in run.stdout
    assert other.versions() == {TOOL: "1.0", LIB: "1.0"}
    paths = explained(as_first, tree(other.box), ALLOWED)
    for why, which in paths.items():
        print(f"{len(which):>3} {why}: {ALLOWED.get(why)}: {which[:3]}")  # noqa: T201 - for the record
    assert paths.get("", []) == []
    assert set(paths) == set(ALLOWED), "a reason for what does not differ"
    assert len(ALLOWED) <= 10


def test_what_was_withdrawn_and_lies_on_the_box_comes_from_its_store(
    other: Subject, lock: Path
) -> None:
    other.box.run("dpkg", "--purge", TOOL)
    run = other.do("up", "-y", box_lock=str(lock))
    assert run.returncode == 0, run.stdout[-4000:]
    assert "1 packages from the store" in run.stdout
    assert other.versions() == {TOOL: "1.0", LIB: "1.0"}


def test_a_lock_is_brought_up_to_date_and_says_what_moves(
    one: Subject, lock: Path, second: Path
) -> None:
    shutil.copy(lock, second)
    run = one.do("lock", "--update", **SECOND, box_lock=str(second))
    assert run.returncode == 0, run.stdout[-3000:]
    for line in (f"{LIB} 1.0 -> 2.0", f"{TOOL} 1.0 -> 2.0", "+ ncdu ", "its default -> 8899"):
        assert line in run.stdout


def in_use(one: Subject) -> tuple[str, str, dict[str, str]]:
    """Return where JupyterLab's venv is, whether it runs and works, and the packages."""
    jupyter = f"PYTHONDONTWRITEBYTECODE=1 {HOME}/bin/jupyter"
    works = f"readlink {HOME}; systemctl is-active dlbox-jupyter; {jupyter} --version"
    link, active, *versions = one.box.run("sh", "-ec", works).stdout.splitlines()
    assert any(line.startswith("jupyterlab") for line in versions)
    return link, active, one.versions()


def test_a_run_that_brings_not_all_leaves_everything_in_use(
    archive: Archive, one: Subject, second: Path
) -> None:
    before = in_use(one)
    good = archive.deb(TOOL, "2.0").read_bytes()
    archive.deb(TOOL, "2.0").write_bytes(with_other_bytes(good))
    run = one.do("up", "-y", **SECOND, box_lock=str(second))
    archive.deb(TOOL, "2.0").write_bytes(good)
    assert run.returncode == 1
    assert "1 of the locked packages cannot be had, and nothing was changed" in run.stdout
    assert in_use(one) == before
    assert before[2] == {TOOL: "1.0", LIB: "1.0"}


def test_a_venv_that_cannot_be_built_leaves_the_old_one_in_use(
    one: Subject, lock: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = in_use(one)
    newer = checkout(tmp_path)
    with (newer / "src/dlbox/catalog/locks/jupyter.txt").open("a") as text:
        text.write("# another day\n")
    wheels = newer / "src/dlbox/host/wheels.py"
    wheels.write_text(wheels.read_text().replace("pip sync -q", "pip sync -q --no-such-word"))
    monkeypatch.setattr(cli, "ROOT", newer)
    run = one.do("up", "-y", box_lock=str(lock))
    assert run.returncode == 1
    assert "Jupyter | Build JupyterLab: failed" in run.stdout, run.stdout[-3000:]
    assert in_use(one) == before


def test_the_second_lock_is_applied(one: Subject, second: Path) -> None:
    run = one.do("up", "-y", **SECOND, box_lock=str(second))
    assert run.returncode == 0, run.stdout[-4000:]
    assert one.versions() == {TOOL: "2.0", LIB: "2.0"}
    run = one.do("rollback", "--list", **SECOND, box_lock=str(second))
    listed = run.stdout[run.stdout.rindex(f"{one.box.host}:") :].splitlines()
    print("\n".join(listed))  # noqa: T201 - for the record
    assert run.returncode == 0
    assert listed[0].endswith(": 2 generations")
    assert [line.split()[0] for line in listed[1:] if line] == ["1", "2"]
    assert [line.endswith(", current") for line in listed[1:] if line] == [False, True]


def test_a_package_that_is_not_kept_is_named_and_nothing_moves(
    one: Subject, lock: Path
) -> None:
    file = f"{TOOL}_1.0_amd64.deb"
    one.box.run("mv", f"{STORE}/{file}", "/root")
    before = manifest(one.box)
    run = one.do("rollback", "-y", box_lock=str(lock))
    one.box.run("mv", f"/root/{file}", STORE)
    assert run.returncode == 1
    assert re.search(BROUGHT.format(count=1), run.stdout), run.stdout[-3000:]
    assert f"{file}: the box's store has not kept it" in run.stdout
    assert changes(before, manifest(one.box)) == []


def test_rolled_back_it_is_what_it_was(
    one: Subject, lock: Path, as_first: dict[str, str]
) -> None:
    run = one.do("rollback", "-y", box_lock=str(lock))
    assert run.returncode == 0, run.stdout[-4000:]
    assert "2 packages from the store" in run.stdout
    paths = explained(as_first, tree(one.box), ALLOWED)
    assert paths.get("", []) == []
    assert one.versions() == {TOOL: "1.0", LIB: "1.0"}
    drift = one.do("drift", box_lock=str(lock))
    assert drift.stdout.endswith(f"\n{one.box.host}: no drift\n"), drift.stdout
    assert drift.returncode == 0


def test_rolled_back_it_proves_good(one: Subject, lock: Path) -> None:
    proof = one.do("verify", "--", "-k", CHECKS, box_lock=str(lock))
    assert proof.returncode == 0, proof.stdout[-4000:]


def test_to_what_was_not_kept_there_is_no_way(one: Subject, lock: Path) -> None:
    for words, what in (
        (("--to", "99"), "no generation 99"),
        (("--to", "0"), "no generation 0"),
        ((), "nothing before what it has now"),
    ):
        run = one.do("rollback", "-y", *words, box_lock=str(lock))
        said = (
            f"refused, nothing was changed: the box has kept {what}\n"
            "  -> ./dlbox rollback --list"
        )
        assert error(run.stdout) == f"{one.box.host}: {said}", run.stdout[-2000:]
        assert run.returncode == 3


def test_the_way_leads_forward_again(one: Subject, second: Path) -> None:
    knobs = {**SECOND, "box_lock": str(second)}
    run = one.do("rollback", "-y", "--to", "2", **knobs)
    assert run.returncode == 0, run.stdout[-4000:]
    assert one.versions() == {TOOL: "2.0", LIB: "2.0"}
    assert one.do("drift", **knobs).returncode == 0


def test_without_room_nothing_is_kept(one: Subject, second: Path) -> None:
    debs = one.box.run("sh", "-c", f"ls {STORE}/*.deb").stdout.splitlines()
    assert len(debs) > 100
    run = one.do("up", "-y", **SECOND, box_lock=str(second), box_rollback_gb=0)
    assert run.returncode == 0, run.stdout[-4000:]
    left = "ls /var/lib/dlbox/generations; find /var/cache/dlbox/debs/ -name '*.deb'"
    assert one.box.run("sh", "-c", left).stdout == "2\n"
    assert one.box.run("readlink", "/var/lib/dlbox/current").stdout == "generations/2\n"
