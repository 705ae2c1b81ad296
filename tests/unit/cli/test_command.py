"""How a verb ends, whatever happens in it, and what its help has."""

from __future__ import annotations

import os
import subprocess
import sys

import click
import pytest

from dlbox import __version__
from dlbox.cli.command import Verb, run_verb
from dlbox.cli.group import VERBS, dlbox
from dlbox.errors import BadInput
from dlbox.exit_code import ExitCode

Capture = pytest.CaptureFixture[str]


def run(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run the command itself."""
    return subprocess.run(
        [sys.executable, "-m", "dlbox.cli", *words],
        capture_output=True,
        check=False,
        env={**os.environ, **env},
        text=True,
    )


def commands() -> dict[str, click.Command]:
    context = click.Context(dlbox, info_name="dlbox")
    found = {name: dlbox.get_command(context, name) for name in VERBS}
    return {name: command for name, command in found.items() if command}


@pytest.mark.parametrize("name", VERBS)
def test_every_verb_has_help_of_its_own(name: str, capsys: Capture) -> None:
    command = commands()[name]
    assert isinstance(command, Verb)
    assert command.run(["--help"]) == 0
    said = capsys.readouterr().out
    assert VERBS[name] in said
    assert "\nExample:\n  " in said
    for code in command.codes:
        assert f"  {code:d} " in said
    options = [option for option in command.params if isinstance(option, click.Option)]
    assert [
        option for option in options if option.opts[-1] not in said or not option.help
    ] == []


@pytest.mark.parametrize(
    ("name", "more"),
    [
        *((name, ("-y, --yes", "--dry", "-vvv")) for name in ("up", "rollback", "uninstall")),
        *((name, ("-vvv", "--same-sudo-password")) for name in ("plan", "drift", "lock")),
        ("verify", ("-- PYTEST OPTIONS",)),
    ],
)
def test_verbs_of_boxes_name_pyinfras_options(
    name: str, more: tuple[str, ...], capsys: Capture
) -> None:
    command = commands()[name]
    assert isinstance(command, Verb)
    command.run(["--help"])
    said = capsys.readouterr().out
    for option in ("[INVENTORY]", "--limit", "--data", "--group-data", "--user", *more):
        assert option in said


def test_a_verb_is_imported_only_when_it_is_called() -> None:
    script = (
        "import sys; sys.argv[1:] = ['--help']; from dlbox.cli.__main__ import main; main();"
        "print([n for n in sys.modules if n.startswith(('dlbox.cli.', 'pyinfra', 'pydantic'))])"
    )
    said = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=True, text=True
    )
    assert said.stdout.splitlines()[-1] == (
        "['dlbox.cli.__main__', 'dlbox.cli.group', 'dlbox.cli.command']"
    )


@pytest.mark.parametrize("words", [("--version",), ("help",), (), ("plan", "--help")])
def test_what_asks_nothing_of_boxes_is_no_mistake(words: tuple[str, ...]) -> None:
    told = run(*words)
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.startswith(("dlbox ", "Usage: dlbox plan"))


def test_the_version_is_the_packages() -> None:
    assert run("--version").stdout == f"dlbox {__version__}\n"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("tset",), "dlbox: tset: no such verb\n  -> one of: bundle catalog check completion"),
        (("--frob",), "dlbox: --frob: no such option\n  -> dlbox --help\n"),
        (("check", "--frob"), "dlbox check: --frob: no such option\n  -> dlbox check --help\n"),
        (("check", "x"), "dlbox check: got unexpected extra argument (x)\n"),
        (("bundle",), "dlbox bundle: required: LOCK\n  -> dlbox bundle --help\n"),
        (("completion", "csh"), "dlbox completion: SHELL: 'csh' is not one of 'bash', 'zsh', 'fish'\n"),
        (("test", "x"), "dlbox test: x: no such tier\n  -> one of: unit "),
        (("catalog", "x"), "dlbox catalog: PART: 'x' is not one of 'frameworks', "),
        (("rollback", "--to", "x"), "dlbox rollback: --to: 'x' is not a valid integer\n"),
        (("try", "--data", "x"), "dlbox try: --data x: is no SETTING=VALUE\n  -> e.g. "),
        (("up", "a.py"), "dlbox up: a.py: no such inventory file\n  -> name one, or "),
        (("up", "@local", "--frob"), "dlbox up: --frob: no such option\n  -> dlbox up --help\n"),
        (("drift", "@local", "--limit"), "dlbox drift: --limit: requires an argument\n"),
    ],
)  # fmt: skip
def test_what_cannot_be_understood_has_one_form(words: tuple[str, ...], says: str) -> None:
    told = run(*words)
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr.startswith(says)


def test_a_pipe_that_is_closed_is_no_error() -> None:
    shell = (
        f"{sys.executable} -m dlbox.cli plan --unknowns | head -n 0; echo ${{PIPESTATUS[0]}}"
    )
    told = subprocess.run(["bash", "-c", shell], capture_output=True, check=False, text=True)
    assert (told.stdout.strip() in {"0", "141"}, told.stderr) == (True, "")


def raises(error: BaseException) -> int:
    raise error


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (BadInput("a: is wrong | fix it"), 2, "dlbox up: a: is wrong\n  -> fix it\n"),
        (BadInput("a\nb | c"), 2, "dlbox up: a\ndlbox up: b\n  -> c\n"),
        (KeyboardInterrupt(), 130,
         "\ndlbox up: interrupted\n  -> run the same command again to go on\n"),
        (BrokenPipeError(), 141, ""),
        (click.exceptions.Exit(3), 3, ""),
    ],
)  # fmt: skip
def test_how_a_verb_ends(capsys: Capture, error: BaseException, code: int, says: str) -> None:
    assert run_verb("up", lambda: raises(error)) == code
    assert capsys.readouterr().err == says


def test_a_mistake_of_our_own_says_how_to_report_it(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DLBOX_DEBUG", raising=False)
    assert run_verb("up", lambda: raises(KeyError("x"))) == ExitCode.FAILED
    said = capsys.readouterr().err
    assert said.startswith("dlbox up: internal error: KeyError: 'x'\n  -> run it again with ")
    assert "Traceback" not in said
    monkeypatch.setenv("DLBOX_DEBUG", "1")
    run_verb("up", lambda: raises(KeyError("x")))
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_a_script(shell: str) -> None:
    told = run("completion", shell)
    assert told.returncode == 0
    assert f"_DLBOX_COMPLETE={shell}_complete" in told.stdout


@pytest.mark.parametrize(
    ("typed", "answers"),
    [
        ("dlbox u", ["plain,up", "plain,uninstall"]),
        ("dlbox drift --js", ["plain,--json"]),
    ],
)
def test_words_are_completed(typed: str, answers: list[str]) -> None:
    words = len(typed.split()) - 1
    told = run(_DLBOX_COMPLETE="bash_complete", COMP_WORDS=typed, COMP_CWORD=str(words))
    assert told.stdout.split() == answers
