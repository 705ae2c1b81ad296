"""An installed dlbox: the wheel has all that it needs, works anywhere, and is written to by nobody."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
CARRIED = ("roles", "deploys", "inventory", "group_data")
Listing = dict[str, tuple[int, int]]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel, and unpack it as an installer would."""
    place = tmp_path_factory.mktemp("wheel")
    uv = Path(sys.executable).with_name("uv")
    build = [str(uv), "build", "-q", "--wheel", "--out-dir", str(place), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    with zipfile.ZipFile(next(place.glob("*.whl"))) as wheel:
        wheel.extractall(place / "site")
    return place / "site"


def run(installed: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the unpacked package in a folder; its dependencies are those of the tests."""
    return subprocess.run(
        [sys.executable, "-m", "dlbox.cli", *words],
        capture_output=True,
        check=False,
        cwd=folder,
        env={
            **{k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"},
            "PYTHONPATH": str(installed),
            "XDG_CACHE_HOME": str(installed.parent / "cache"),
        },
        text=True,
    )


def listing(folder: Path) -> Listing:
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.stat().st_size)
        for path in folder.rglob("*")
        # What Python compiles before the first line of ours runs.
        if path.is_file() and path.parent.name != "__pycache__"
    }


def test_the_wheel_has_every_file(installed: Path) -> None:
    tracked = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *CARRIED]
    said = subprocess.run(tracked, cwd=ROOT, check=True, capture_output=True, text=True)
    wanted = [name for name in said.stdout.split() if (ROOT / name).is_file()]
    assert len(wanted) > 100
    tree = installed / "dlbox" / "tree"
    assert [name for name in (*wanted, "inventory.py") if not (tree / name).is_file()] == []
    assert list(installed.rglob("*.pyc")) == []


def test_it_works_in_an_empty_folder_and_writes_nothing(
    installed: Path, tmp_path: Path
) -> None:
    before = listing(installed)
    plan = run(installed, tmp_path, "plan", "--gpu", "GTX 1080 Ti", "--os", "debian-13")
    assert (plan.returncode, plan.stderr) == (0, "")
    checks = run(installed, tmp_path, "verify", "@local", "--", "--collect-only", "-v")
    assert checks.returncode == 0, checks.stdout + checks.stderr
    assert "test_dpkg_is_whole" in checks.stdout
    assert "test_the_stack_is_held" in checks.stdout
    found = run(installed, tmp_path, "drift", "@local", "--limit", "nobody")
    assert (found.returncode, found.stderr.splitlines()[0]) == (
        2,
        "dlbox drift: --limit nobody: matches no box",
    )
    assert run(installed, tmp_path, "check").returncode == 2
    assert list(tmp_path.iterdir()) == []
    assert listing(installed) == before


def test_what_python_compiles_lies_elsewhere(installed: Path, tmp_path: Path) -> None:
    run(installed, tmp_path, "lock", "@local", "--limit", "nobody")
    assert list((installed / "dlbox" / "tree").rglob("__pycache__")) == []
    assert list((installed.parent / "cache/dlbox/bytecode").rglob("roles/*.pyc"))
