"""The real ``dlbox`` script, in copies of the checkout that may be ruined."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
VERB = '''"""Say where the caller stands."""

import os


def main(argv: list[str]) -> int:
    """Tell."""
    print(os.environ["DLBOX_CWD"], os.getcwd(), *argv)
    return 6
'''
TOOLS = "basename cat cut dirname flock grep id mktemp readlink rm sed sh sha256sum tail tr"


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a copy with a lock of no packages and one verb, `where`, of its own."""
    place = tmp_path_factory.mktemp("a copy")
    shutil.copy(ROOT / "dlbox", place)
    shutil.copytree(ROOT / "deploys", place / "deploys", ignore=shutil.ignore_patterns("*.pyc"))
    (place / "deploys/where.py").write_text(VERB)
    (place / "requirements.txt").write_text("# none\n")
    return place


def run(command: Path, *argv: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run it as a script would: no terminal, and the caller in another directory."""
    settings = {k: v for k, v in os.environ.items() if not k.startswith("DLBOX_")}
    return subprocess.run(
        [command, *argv],
        capture_output=True,
        check=False,
        cwd="/",
        env={**settings, "DLBOX_PYTHON": sys.executable, **env},
        stdin=subprocess.DEVNULL,
        text=True,
    )


def tools_only(folder: Path, apt_get: str = "") -> str:
    """Make a PATH without Python, with a stand-in for apt-get where one is given."""
    folder.mkdir()
    for tool in TOOLS.split():
        (folder / tool).symlink_to(str(shutil.which(tool)))
    if apt_get:
        (folder / "apt-get").write_text(apt_get)
        (folder / "apt-get").chmod(0o755)
    return str(folder)


@pytest.mark.parametrize("ask", [(), ("help",), ("-h",), ("--help",)])
def test_help_needs_no_python(copy: Path, tmp_path: Path, ask: tuple[str, ...]) -> None:
    told = run(copy / "dlbox", *ask, PATH=tools_only(tmp_path / "bin"))
    assert (told.returncode, told.stderr) == (0, "")
    assert "  where      Say where the caller stands.\n" in told.stdout
    assert "  plan       Say which stack boxes would get, and why; " in told.stdout
    assert "  dlbox  " not in told.stdout
    assert "  _" not in told.stdout


@pytest.mark.parametrize("verb", ["tset", "dlbox", "_steps", "../x", "w.ere"])
def test_unknown_verb_is_one_line(copy: Path, verb: str) -> None:
    told = run(copy / "dlbox", verb)
    assert (told.returncode, told.stdout, told.stderr.count("\n")) == (2, "", 1)
    assert (
        f"{verb}: no such verb | one of: bundle catalog check drift lock plan rollback "
        in told.stderr
    )


def test_no_python_no_terminal_no_yes_changes_nothing(copy: Path, tmp_path: Path) -> None:
    path = tools_only(tmp_path / "bin", f"#!/bin/sh\necho called >{tmp_path}/called\n")
    told = run(copy / "dlbox", "where", PATH=path, DLBOX_PYTHON="")
    assert told.returncode == 3
    assert told.stderr.count("\n") == 1
    assert "nothing was changed | add -y" in told.stderr
    assert not (tmp_path / "called").exists()


def test_no_python_and_no_apt_names_what_to_install(copy: Path, tmp_path: Path) -> None:
    path = tools_only(tmp_path / "bin")
    told = run(copy / "dlbox", "where", "-y", PATH=path, DLBOX_PYTHON="")
    assert told.returncode == 3
    assert "no Python >= 3.10 with venv and ensurepip" in told.stderr


def test_a_wrong_interpreter_is_refused(copy: Path) -> None:
    told = run(copy / "dlbox", "where", DLBOX_PYTHON="/bin/true-or-not")
    assert told.returncode == 2
    assert "DLBOX_PYTHON=/bin/true-or-not is no Python" in told.stderr


def test_venv_is_made_once_per_lock(copy: Path, tmp_path: Path) -> None:
    stamp = copy / ".venv/.dlbox-lock"
    link = tmp_path / "link"
    link.symlink_to(copy / "dlbox")

    first = run(link, "where", "inventory/lab.py", "--dry")
    assert (first.returncode, first.stdout) == (6, f"/ {copy} inventory/lab.py --dry\n")
    made = stamp.stat().st_mtime_ns

    second = run(link, "where")
    assert (second.returncode, second.stderr) == (6, "")
    assert stamp.stat().st_mtime_ns == made


def test_a_failed_build_says_why_and_is_not_taken_for_done(copy: Path, tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\ncase "$*" in *--clear*) echo "disk full"; exit 1 ;; esac\n')
    python.chmod(0o755)
    told = run(copy / "dlbox", "where", DLBOX_PYTHON=str(python))
    assert told.returncode == 1
    assert "\ndisk full\ndlbox venv: failed, its last lines stand above | " in told.stderr
    assert not (copy / ".venv/.dlbox-lock").exists()
