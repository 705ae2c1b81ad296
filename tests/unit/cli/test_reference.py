"""What people read follows from the source: generated pages, the README's plans, links."""

from __future__ import annotations

import re
import runpy
import shlex
from pathlib import Path

import pytest

from dlbox.cli.group import VERBS
from dlbox.cli.plan import command
from dlbox.cli.reference import all_py, files, roles_page, settings_page, verbs_page
from roles import ROLES

ROOT = Path(__file__).parents[3]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [
    *ROOT.glob("*.md"),
    *sorted((ROOT / "docs").rglob("*.md")),
    *ROOT.glob(".github/**/*.md"),
]
PLANS = re.findall(r"^```\n\$ \./dlbox (plan .*)\n((?:(?!```).*\n)*)```", README, re.MULTILINE)
SETTINGS = list(ROLES.schema.defaults())


@pytest.mark.parametrize("name", files())
def test_a_generated_file_is_current(name: str) -> None:
    said = (ROOT / name).read_text(encoding="utf-8")
    assert said == files()[name], "run: .venv/bin/python -m dlbox.cli.reference"


def test_every_setting_is_on_its_page() -> None:
    assert re.findall(r"^\| `(\w+)` \|", settings_page(), re.MULTILINE) == SETTINGS


def test_every_verb_and_role_has_a_chapter() -> None:
    assert re.findall(r"^### (\w+)$", verbs_page(), re.MULTILINE) == list(VERBS)
    assert re.findall(r"^## (\w+)$", roles_page(), re.MULTILINE) == [
        role.name for role in ROLES.roles
    ]


def test_all_py_holds_every_setting_with_its_default(tmp_path: Path) -> None:
    file = tmp_path / "all.py"
    file.write_text(all_py())
    said = {k: v for k, v in runpy.run_path(str(file)).items() if not k.startswith("__")}
    assert said == ROLES.schema.defaults()


def test_all_py_of_a_site_sets_nothing(tmp_path: Path) -> None:
    file = tmp_path / "all.py"
    file.write_text(all_py(commented=True))
    assert [k for k in runpy.run_path(str(file)) if not k.startswith("__")] == []
    assert re.findall(r"^# (\w+) = ", file.read_text(), re.MULTILINE) == SETTINGS


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) <= 120


def test_the_readme_shows_a_plan_and_a_refusal() -> None:
    assert [said.startswith("refused") for _, said in PLANS] == [False, True]


@pytest.mark.parametrize(("typed", "said"), PLANS, ids=[typed for typed, _ in PLANS])
def test_a_plan_in_the_readme_is_what_dlbox_says(
    typed: str, said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    command.run(shlex.split(typed)[1:])
    assert capsys.readouterr().out == said


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(
        r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE
    )
    links = re.findall(r"\]\(([^)\s]+)\)", text)
    ours = [link for link in links if not re.match(r"[a-z]+:", link)]
    assert [link for link in ours if not resolves(page, link)] == []


def resolves(page: Path, link: str) -> bool:
    name, _, heading = link.partition("#")
    target = page.parent / name if name else page
    if not heading or target.suffix != ".md":
        return target.exists()
    return target.exists() and heading in headings(target)


def headings(page: Path) -> set[str]:
    """Return the anchors of a page, as GitHub makes them."""
    found = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in found}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_in_the_documentation_are_verbs(page: Path) -> None:
    typed = re.findall(r"(?:^|[`$ ])(?:\./)?dlbox ([a-z]+)\b", code(page), re.MULTILINE)
    assert sorted(set(typed) - {*VERBS, "help"}) == []


def code(page: Path) -> str:
    """Return what a page shows as code: blocks, and words between backquotes."""
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    words = re.findall(r"`([^`\n]+)`", text)
    typed = [line.lstrip("$ ") for line in "\n".join((*blocks, *words)).splitlines()]
    return "\n".join(line for line in typed if re.match(r"(\./)?dlbox ", line))
