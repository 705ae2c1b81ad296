"""Write what follows from the source: group_data/all.py, pages of docs/reference, the launcher's help.

``python -m dlbox.cli.reference`` writes all of it again.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from datetime import date
from importlib import import_module
from pathlib import Path

import click

from dlbox.cli.group import CHAPTERS, dlbox, help_text
from dlbox.exit_code import ExitCode
from dlbox.paths import ROOT
from dlbox.plan.role import Role
from dlbox.settings.model import RoleSettings
from dlbox.settings.schema import HostSettings
from dlbox.stack.gpus import gpu_table
from dlbox.stack.model import Stack
from dlbox.stack.solve import solve
from roles import ROLES

MADE = "<!-- Written by python -m dlbox.cli.reference; do not edit. -->"
EXAMPLE_CARDS = ("10de:1b06", "10de:1b06")
EXAMPLE = "Debian 13 with two GeForce GTX 1080 Ti, all settings at their default"
EXAMPLE_DAY = date(2026, 11, 28)
COLUMNS = 96
SOURCES = """\
Write them into an inventory, into `group_data/GROUP.py`, or behind `--data`. `--data` wins over a
box's own in the inventory, these over its group's, and these over `group_data/all.py`."""


def files() -> dict[str, str]:
    """Return the path below the checkout -> text of every generated file."""
    return {
        "group_data/all.py": all_py(),
        "docs/reference/settings.md": settings_page(),
        "docs/reference/verbs.md": verbs_page(),
        "docs/reference/roles.md": roles_page(),
        "docs/reference/exit-codes.md": exit_codes_page(),
        "src/dlbox/cli/help.txt": help_text(),
    }


HEAD = '''"""Every setting, with its default and meaning; a group, a host or --data overrides it.

Written by python -m dlbox.cli.reference from the settings.py of the roles. Do not edit it: write
what you change into a file of your group, into the inventory, or into --data.
"""
'''


def all_py(*, commented: bool = False) -> str:
    """Return the text of group_data/all.py: every setting with its default and meaning."""
    parts = [HEAD]
    for role in ROLES.schema.models:
        parts.append(f"# --- {role.role}: {_sentence(role)}\n")
        parts += [_assignment(role, field, commented=commented) for field in role.model_fields]
    return "\n".join(parts)


def settings_page() -> str:
    """Return the table of every setting, a chapter per role."""
    parts = [
        "# Settings",
        MADE,
        SOURCES,
    ]
    for role in ROLES.schema.models:
        rows = ["| Setting | Default | Meaning |", "|---|---|---|"]
        for field, info in role.model_fields.items():
            meaning = _cell(info.description or "")
            rows.append(f"| `{role.role}_{field}` | `{_literal(info.default)}` | {meaning} |")
        parts += [f"## {role.role}", _sentence(role), "\n".join(rows)]
    return _page(parts)


def verbs_page() -> str:
    """Return the help of every verb."""
    parts = ["# Verbs", MADE, "What `dlbox VERB --help` prints."]
    for title, verbs in CHAPTERS.items():
        parts.append(f"## {title}")
        for name in verbs:
            parts += [f"### {name}", f"```\n{verb_help(name)}\n```"]
    return _page(parts)


def verb_help(name: str) -> str:
    """Return the help of one verb, as wide as the documentation."""
    parent = click.Context(dlbox, info_name="dlbox", terminal_width=COLUMNS)
    command = dlbox.get_command(parent, name)
    if command is None:
        raise KeyError(name)
    context = click.Context(command, parent, name, **command.context_settings)
    return command.get_help(context)


def roles_page() -> str:
    """Return what each role makes true, owns and verifies."""
    parts = [
        "# Roles",
        MADE,
        f"In the order in which `up` calls them. What they own is of an example: {EXAMPLE}.",
    ]
    stack = example_stack()
    for role in ROLES.roles:
        checks = [f"- {said}" for said in checks_of(role)]
        parts += [f"## {role.name}", f"Makes true: {_docstring(role.name)}"]
        parts += ["Owns:", "\n".join(owned_by(role, stack)), "Verified by:", "\n".join(checks)]
    return _page(parts)


def exit_codes_page() -> str:
    """Return the table of exit codes, and which verbs end with which."""
    rows = ["| Code | Meaning | Verbs |", "|---|---|---|"]
    context = click.Context(dlbox, info_name="dlbox")
    verbs = {name: dlbox.get_command(context, name) for name in dlbox.list_commands(context)}
    for code in ExitCode:
        ends = [
            f"`{n}`" for n, command in verbs.items() if code in getattr(command, "codes", ())
        ]
        everyone = "all" if len(ends) in {0, len(verbs)} else ", ".join(ends)
        rows.append(f"| {code:d} | {code.meaning} | {everyone} |")
    worst = (
        "Of several boxes the worst one decides. A program that is killed by a signal has the"
        " exit code of the shell, 128 and the signal's number."
    )
    return _page(["# Exit codes", MADE, "\n".join(rows), worst])


def example_stack() -> Stack:
    """Return the stack of the example box."""
    cards = [gpu_table()[card] for card in EXAMPLE_CARDS]
    answer = solve(cards, "debian-13", today=EXAMPLE_DAY)
    if not isinstance(answer, Stack):
        raise TypeError(answer)
    return answer


def owned_by(role: Role, stack: Stack) -> list[str]:
    """Return what a role owns on the example box, a line a kind."""
    manifest = role.manifest(ROLES.schema.parse({}), stack)
    kinds = vars(manifest).items()
    rows = [f"- {kind}: {_code(names)}" for kind, names in kinds if names]
    return rows or ["- nothing there"]


def checks_of(role: Role) -> list[str]:
    """Return the names of a role's checks, as sentences."""
    text = "\n".join(
        path.read_text(encoding="utf-8")
        for path in sorted((ROOT / "roles" / role.name).rglob("verify.py"))
    )
    names = re.findall(r"^def test_(\w+)\(", text, re.MULTILINE)
    return [name.replace("_", " ") for name in names]


def _page(parts: Iterable[str]) -> str:
    return "\n\n".join(parts) + "\n"


def _code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _literal(value: object) -> str:
    return repr(value).replace("'", '"')


def _docstring(role: str) -> str:
    return (import_module(f"roles.{role}").__doc__ or "").strip()


def _sentence(role: type[RoleSettings]) -> str:
    if role is HostSettings:
        return "What a box is, and where its packages and its lock come from."
    return _docstring(role.role)


def _assignment(role: type[RoleSettings], field: str, *, commented: bool) -> str:
    info = role.model_fields[field]
    meaning = " ".join((info.description or "").split())
    comment = textwrap.fill(meaning, 94, initial_indent="# ", subsequent_indent="# ")
    sign = "# " if commented else ""
    return f"{comment}\n{sign}{role.role}_{field} = {_literal(info.default)}\n"


def write(root: Path) -> None:
    """Write every generated file."""
    for name, text in files().items():
        (root / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(ROOT)
