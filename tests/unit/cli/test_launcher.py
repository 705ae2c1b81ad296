"""The real ``dlbox`` script, in copies of the checkout that may be ruined."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
VERBS = """\
Boxes:
  where       Say where the caller stands.
  test        Say the same.
"""
MAIN = """\
import os
import sys

import dlbox

print(os.getcwd(), *sys.argv[1:])
sys.exit(6)
"""
TOOLS = "cat cut dirname flock grep id mktemp paste readlink rm sed sh sha256sum sort tail tr"


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a copy with locks of no packages and one verb, `where`, of its own."""
    place = tmp_path_factory.mktemp("a copy")
    shutil.copy(ROOT / "dlbox", place)
    cli = place / "src/dlbox/cli"
    cli.mkdir(parents=True)
    for package in (cli, cli.parent):
        (package / "__init__.py").touch()
    (cli / "help.txt").write_text(VERBS)
    (cli / "__main__.py").write_text(MAIN)
    (place / "requirements.txt").write_text("# none\n")
    (place / "requirements-dev.txt").write_text("# none either\n")
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
    assert (told.returncode, told.stderr, told.stdout) == (0, "", VERBS)


@pytest.mark.parametrize("verb", ["tset", "dlbox", "Boxes:", "../x", "w.ere"])
def test_an_unknown_verb_says_which_there_are(copy: Path, verb: str) -> None:
    told = run(copy / "dlbox", verb)
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr == f"dlbox: {verb}: no such verb\n  -> one of: test where\n"


def test_completion_never_makes_a_venv(copy: Path) -> None:
    told = run(copy / "dlbox", _DLBOX_COMPLETE="bash_complete")
    assert (told.returncode, told.stdout, told.stderr) == (0, "", "")
    assert not (copy / ".venv").exists()


def test_no_python_no_terminal_no_yes_changes_nothing(copy: Path, tmp_path: Path) -> None:
    path = tools_only(tmp_path / "bin", f"#!/bin/sh\necho called >{tmp_path}/called\n")
    told = run(copy / "dlbox", "where", PATH=path, DLBOX_PYTHON="")
    assert told.returncode == 3
    assert told.stderr == (
        "dlbox: python: no Python >= 3.10 with venv and ensurepip here, no terminal and no -y:"
        " nothing was changed\n"
        "  -> add -y to let apt install python3 python3-venv ca-certificates\n"
    )
    assert not (tmp_path / "called").exists()


def test_no_python_and_no_apt_names_what_to_install(copy: Path, tmp_path: Path) -> None:
    path = tools_only(tmp_path / "bin")
    told = run(copy / "dlbox", "where", "-y", PATH=path, DLBOX_PYTHON="")
    assert told.returncode == 3
    assert "no Python >= 3.10 with venv and ensurepip" in told.stderr


def test_a_wrong_interpreter_is_refused(copy: Path) -> None:
    told = run(copy / "dlbox", "where", DLBOX_PYTHON="/bin/true-or-not")
    assert told.returncode == 2
    assert told.stderr == (
        "dlbox: DLBOX_PYTHON=/bin/true-or-not: is no Python >= 3.10 with venv and ensurepip\n"
        "  -> name another one\n"
    )


def test_venv_is_made_once_per_lock(copy: Path, tmp_path: Path) -> None:
    stamp = copy / ".venv/.dlbox-requirements.txt"
    link = tmp_path / "link"
    link.symlink_to(copy / "dlbox")

    first = run(link, "where", "inventory/lab.py", "--dry")
    assert (first.returncode, first.stdout) == (6, "/ where inventory/lab.py --dry\n")
    assert first.stderr == (
        "dlbox: venv: installing the locked packages into .venv, about a minute\n"
    )
    made = stamp.stat().st_mtime_ns

    second = run(link, "where")
    assert (second.returncode, second.stderr) == (6, "")
    assert stamp.stat().st_mtime_ns == made


def test_only_check_and_test_add_what_they_need(copy: Path) -> None:
    run(copy / "dlbox", "where")
    assert not (copy / ".venv/.dlbox-requirements-dev.txt").exists()
    first, second = run(copy / "dlbox", "test"), run(copy / "dlbox", "test")
    assert (first.returncode, first.stderr) == (
        6,
        "dlbox: venv: adding what check and test need\n",
    )
    assert (second.returncode, second.stderr) == (6, "")


def test_a_failed_build_says_why_and_is_not_taken_for_done(copy: Path, tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\ncase "$*" in *--clear*) echo "disk full"; exit 1 ;; esac\n')
    python.chmod(0o755)
    told = run(copy / "dlbox", "where", DLBOX_PYTHON=str(python))
    assert told.returncode == 1
    assert "\ndisk full\ndlbox: venv: failed, its last lines stand above\n  -> " in told.stderr
