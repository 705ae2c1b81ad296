"""The command ``dlbox``: its verbs, each of which is imported only when it is called."""

from __future__ import annotations

from importlib import import_module

import click
from click.shell_completion import CompletionItem
from typing_extensions import override

from dlbox import __version__
from dlbox.exit_code import ExitCode

CHAPTERS = {
    "Start here": {
        "plan": "Say which versions fit a box, and why; needs no box.",
        "try": "Make, provision and verify a throw-away container.",
    },
    "Boxes": {
        "up": "Bring boxes to their wanted state.",
        "verify": "Prove that boxes are what 'up' promised.",
        "drift": "Say what has changed on boxes since 'up', and in their settings.",
        "uninstall": "Take away what dlbox brought; what was there stays.",
    },
    "The same box again": {
        "lock": "Write down all that boxes get, to the byte.",
        "bundle": "Fetch all that a lock's boxes need into a folder.",
        "rollback": "Give boxes again what they had before.",
    },
    "Your site": {
        "init": "Make a folder of your own: an inventory and settings.",
        "completion": "Print what completes dlbox's words in your shell.",
    },
    "Work on dlbox (in a checkout)": {
        "check": "Lint, types and quick unit tests.",
        "test": "Run all tests, or the named tiers.",
        "catalog": "Compare the catalogue with wheels, lists of cards and apt.",
    },
}
VERBS = {verb: text for chapter in CHAPTERS.values() for verb, text in chapter.items()}
MODULES = {"try": "try_"}
"""Verb -> its module, where a name of Python is in the way."""
INTRO = """\
dlbox turns a bare Debian or Ubuntu machine into a deep-learning box, and proves it.

  dlbox VERB [INVENTORY] [OPTIONS]
  dlbox VERB --help

  dlbox plan --gpu "GTX 1080 Ti" --os debian-13
                which versions fit that card, and why
  dlbox up      this machine: NVIDIA driver, CUDA, cuDNN, PyTorch, TensorFlow, Jupyter

INVENTORY says which boxes: a file, @podman/NAME, @docker/NAME, @local for this machine, or a
host name for SSH. Without one it is ./inventory.py, or this machine where there is none.
"""
ENVIRONMENT = """\
Environment:
  DLBOX_PYTHON     the Python with which ./dlbox makes its .venv
  DLBOX_CA_BUNDLE  a PEM file with one more CA for ./dlbox, where a proxy opens TLS
  DLBOX_DEBUG      1: an internal error shows its traceback
"""


def help_text() -> str:
    """Return the help of ``dlbox`` itself."""
    parts = [INTRO]
    for title, verbs in CHAPTERS.items():
        rows = "".join(f"  {verb:<11} {text}\n" for verb, text in verbs.items())
        parts.append(f"{title}:\n{rows}")
    codes = "".join(f"  {code:<11} {code.meaning}\n" for code in ExitCode)
    return "\n".join((*parts, f"Exit codes:\n{codes}", ENVIRONMENT))


class NoSuchVerb(click.UsageError):
    """What was typed is no verb."""

    def __init__(self, verb: str) -> None:
        """Name those there are."""
        super().__init__(f"{verb}: no such verb | one of: {' '.join(sorted(VERBS))}")


class Dlbox(click.Group):
    """The group of all verbs."""

    @override
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    @override
    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        module = import_module(f"dlbox.cli.{MODULES.get(cmd_name, cmd_name)}")
        found: click.Command = module.command
        return found

    @override
    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in VERBS:
            raise NoSuchVerb(args[0])
        return super().resolve_command(ctx, args)

    @override
    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write(help_text())

    @override
    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        # Click's own imports every verb, and pyinfra with them.
        return [
            CompletionItem(verb, help=text)
            for verb, text in VERBS.items()
            if verb.startswith(incomplete)
        ]


dlbox = Dlbox(
    "dlbox",
    context_settings={"help_option_names": ["-h", "--help"]},
    params=[],
)
dlbox = click.version_option(__version__, message="%(prog)s %(version)s", prog_name="dlbox")(
    dlbox
)
