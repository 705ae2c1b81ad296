"""Print what completes dlbox's words in a shell."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from dlbox.cli.command import verb
from dlbox.cli.group import dlbox
from dlbox.exit_code import ExitCode

EXAMPLE = """\
source <(dlbox completion bash)      # for good: write it into ~/.bashrc
dlbox completion fish >~/.config/fish/completions/dlbox.fish"""


@verb("completion", EXAMPLE, ExitCode.BAD_INPUT)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> int:
    """Your shell then knows dlbox's verbs and their options."""
    kind = get_completion_class(shell)
    if kind is None:
        raise click.BadParameter(shell)
    print(kind(dlbox, {}, "dlbox", "_DLBOX_COMPLETE").source())
    return ExitCode.OK
