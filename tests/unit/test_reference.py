"""What people read about the knobs is what the settings say."""

from __future__ import annotations

import re
import runpy
import shlex

import pytest

from dlbox.cli.plan import main
from dlbox.settings.reference import ROOT, readme, tables
from dlbox.settings.registry import ROLES

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


PLANS = re.findall(
    r"^```\n\$ \./dlbox (plan .*)\n((?:(?!```).*\n)*)```",
    PAGE,
    re.MULTILINE,
)


def test_the_readme_shows_a_plan_and_a_refusal() -> None:
    assert [said.startswith("refused") for _, said in PLANS] == [False, True]


@pytest.mark.parametrize(("typed", "said"), PLANS, ids=[typed for typed, _ in PLANS])
def test_a_plan_in_the_readme_is_what_dlbox_says(
    typed: str, said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    main(shlex.split(typed)[1:])
    assert capsys.readouterr().out == said
