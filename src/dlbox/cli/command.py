"""What every verb is: a command with its help, its exit codes and one way to end."""

from __future__ import annotations

import contextlib
import inspect
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import click
from typing_extensions import override

from dlbox.cli.group import VERBS
from dlbox.errors import SEPARATOR, BadInput, format_error, printable, usage_text
from dlbox.exit_code import ExitCode

Options = tuple[tuple[str, str], ...]
"""Options of pyinfra in the help of a verb, each with its meaning."""
WHICH: Options = (
    ("--limit NAME", "only this box or group; repeats"),
    ("--exclude NAME", "without this box or group; repeats"),
    ("--data SETTING=VALUE", "a setting for all of them; repeats"),
    ("--group-data FOLDER", "one more folder of group_data; repeats"),
    ("--user NAME", "log in by SSH as NAME (also --port and --key)"),
)
"""For every verb of boxes."""
LOOKS: Options = (
    *WHICH,
    ("--same-sudo-password", "ask once for a sudo password that all boxes share"),
    ("--parallel N", "at most N boxes at a time"),
    ("-v, -vv, -vvv", "show facts, their commands, and what boxes print"),
)
"""For those that look at boxes by pyinfra."""
CHANGES: Options = (
    ("-y, --yes", "ask nothing"),
    ("--dry", "only say what would change"),
    *LOOKS,
)
"""For those that change boxes."""
WORDS = "words"
"""Parameter: everything that is no option of dlbox's own."""
REPORT = (
    "run it again with DLBOX_DEBUG=1 and report what it prints, as CONTRIBUTING.md says:"
    " it is a mistake of dlbox, not yours"
)


class Verb(click.Command):
    """A command whose help has an example and its exit codes."""

    def __init__(
        self,
        name: str,
        *,
        example: str,
        codes: tuple[ExitCode, ...],
        boxes: Options,
        **more: Any,
    ) -> None:
        """Let a verb with ``boxes`` take an inventory, and pyinfra what it does not know."""
        self.example, self.codes, self.boxes = example, codes, boxes
        settings: dict[str, Any] = {"help_option_names": ["-h", "--help"]}
        details = inspect.cleandoc(more.pop("help") or "")
        if boxes:
            settings["ignore_unknown_options"] = True
            words = click.Argument([WORDS], nargs=-1, type=click.UNPROCESSED)
            more["params"] = [words, *(more.get("params") or [])]
        text = f"{VERBS[name]}\n\n{details}"
        super().__init__(name, help=text, context_settings=settings, **more)

    @override
    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        if self.boxes:
            return ["[INVENTORY]", "[OPTIONS]"]
        return super().collect_usage_pieces(ctx)

    @override
    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        if self.boxes:
            with formatter.section("Options for pyinfra, of which these are used most"):
                formatter.write_dl(self.boxes)
        with formatter.section("Example"):
            for line in self.example.splitlines():
                formatter.write(f"{'':>{formatter.current_indent}}{line}\n")
        with formatter.section("Exit codes"):
            formatter.write_dl([(f"{code:d}", code.meaning) for code in self.codes])

    def run(self, argv: Iterable[str]) -> int:
        """Run the verb by itself; return its exit code."""

        def work() -> int:
            with self.make_context(self.name, list(argv)) as context:
                return int(self.invoke(context))

        return run_verb(str(self.name), work)


def verb(
    name: str,
    example: str,
    *codes: ExitCode,
    boxes: Options = (),
    kind: type[Verb] = Verb,
    params: Sequence[click.Parameter] = (),
) -> Callable[[Callable[..., int]], Verb]:
    """Make a function, which returns an exit code, a verb; its docstring is the rest of its help."""
    always = (ExitCode.OK, *codes, ExitCode.INTERRUPTED)
    more: dict[str, Any] = {"params": list(params)} if params else {}
    return click.command(name, kind, example=example, codes=always, boxes=boxes, **more)


def complain(name: str, text: str) -> None:
    """Tell the person who called a verb what is wrong, and what to do."""
    for line in format_error(f"dlbox {name}".strip(), text):
        print(printable([line]), file=sys.stderr)


def run_verb(name: str, work: Callable[[], int]) -> int:
    """Do the work of a verb, and return the exit code, however it ends."""
    try:
        code = work()
        sys.stdout.flush()
    except click.exceptions.Exit as end:
        return end.exit_code
    except (click.ClickException, BadInput) as error:
        complain(name, _error_text(error, name))
        return ExitCode.BAD_INPUT
    except (KeyboardInterrupt, click.Abort):
        print(file=sys.stderr)
        complain(name, "interrupted | run the same command again to go on")
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        _drop_output()
        return ExitCode.CLOSED_PIPE
    except Exception as error:  # noqa: BLE001 - whatever it is, it is reported in one form
        return _internal(name, error)
    return code


def _error_text(error: click.ClickException | BadInput, name: str) -> str:
    if isinstance(error, BadInput):
        # An option of pyinfra's, which its own parser has rejected: it is reported as one of ours.
        if not isinstance(error.__cause__, click.ClickException):
            return str(error)
        error = error.__cause__
    text = usage_text(error)
    return text if SEPARATOR in text else f"{text}{SEPARATOR}{f'dlbox {name}'.strip()} --help"


def _internal(name: str, error: Exception) -> int:
    if os.environ.get("DLBOX_DEBUG") == "1":
        traceback.print_exception(error)
    complain(
        name, f"internal error: {type(error).__name__}: {error} | {REPORT}".replace("\n", " ")
    )
    return ExitCode.FAILED


def _drop_output() -> None:
    """Have Python not complain at its end about what nobody was left to read."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
