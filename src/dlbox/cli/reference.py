"""The knobs, written out for people: group_data/all.py and the README's tables.

``python -m dlbox.cli.reference`` writes both again from the settings.
"""

from __future__ import annotations

import re
import textwrap
from importlib import import_module

from dlbox.paths import ROOT
from dlbox.settings.host import HostSettings
from dlbox.settings.model import RoleSettings
from roles import ROLES

BEGIN, END = "<!-- knobs: made by python -m dlbox.cli.reference -->", "<!-- end of knobs -->"


def all_py() -> str:
    """Return the text of group_data/all.py: every knob with its default and meaning."""
    parts = [
        '"""Every knob, with its default and meaning; a group, a host or --data overrides it."""\n'
    ]
    for role in ROLES.schema.models:
        parts.append(f"# --- {role.role}: {_sentence(role)}\n")
        parts += [_assignment(role, field) for field in role.model_fields]
    return "\n".join(parts)


def tables() -> str:
    """Return the README's table of every knob."""
    rows = ["| knob | default | meaning |", "|---|---|---|"]
    for role in ROLES.schema.models:
        for field, info in role.model_fields.items():
            meaning = " ".join((info.description or "").split())
            rows.append(f"| `{role.role}_{field}` | `{info.default!r}` | {meaning} |")
    return "\n".join(rows)


def readme(text: str) -> str:
    """Return the README with its table of knobs made again."""
    block = f"{BEGIN}\n{tables()}\n{END}"
    return re.sub(
        f"{re.escape(BEGIN)}.*{re.escape(END)}", lambda _: block, text, flags=re.DOTALL
    )


def _sentence(role: type[RoleSettings]) -> str:
    if role is HostSettings:
        return "what a box is, where it cannot say so itself"
    return (import_module(f"roles.{role.role}").__doc__ or "").strip()


def _assignment(role: type[RoleSettings], field: str) -> str:
    info = role.model_fields[field]
    meaning = " ".join((info.description or "").split())
    comment = textwrap.fill(meaning, 94, initial_indent="# ", subsequent_indent="# ")
    default = repr(info.default).replace("'", '"')
    return f"{comment}\n{role.role}_{field} = {default}\n"


if __name__ == "__main__":
    (ROOT / "group_data" / "all.py").write_text(all_py(), encoding="utf-8")
    page = ROOT / "README.md"
    page.write_text(readme(page.read_text(encoding="utf-8")), encoding="utf-8")
