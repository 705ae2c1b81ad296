"""What people read about the knobs is what the settings say."""

from __future__ import annotations

import re
import runpy

from roles.knobs import ROLES
from roles.reference import ROOT, readme, tables

PAGE = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_readmes_knobs_are_the_settings() -> None:
    assert readme(PAGE) == PAGE, "run: python -m roles.reference"


def test_every_knob_is_in_the_table() -> None:
    named = re.findall(r"^\| `(\w+)` \|", tables(), re.MULTILINE)
    assert named == [knob for role in ROLES for knob in role.knobs()]


def test_all_py_holds_every_knob_with_its_default() -> None:
    said = runpy.run_path(str(ROOT / "group_data" / "all.py"))
    knobs = {key: value for key, value in said.items() if not key.startswith("__")}
    assert knobs == {
        f"{role.role}_{field}": info.default
        for role in ROLES
        for field, info in role.model_fields.items()
    }


def test_the_readme_shows_its_commands() -> None:
    assert re.search(r"^\./dlbox up$\n^\./dlbox verify$", PAGE, re.MULTILINE)


def test_every_role_is_in_the_readme() -> None:
    listed = set(
        re.findall(r"`(\w+)`", " ".join(re.findall(r"^\| (`.+?) \|", PAGE, re.MULTILINE)))
    )
    folders = {path.parent.name for path in (ROOT / "roles").glob("*/deploy.py")} - {"box"}
    assert folders <= listed
