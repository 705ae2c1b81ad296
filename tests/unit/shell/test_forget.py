"""A box that nothing of dlbox is left on has no traces of it, and nothing that is older than it should be."""

from __future__ import annotations

import pytest

from tests.support.shell import Answer, ShellSandbox, program

GRUB = "/etc/default/grub.d/dlbox-kernel.cfg"
PEM = "/etc/ssl/certs/dlbox.pem"
FORGET = f"purge() {{ :; }}\ntaken_with() {{ :; }}\nours() {{ :; }}\n{program('forget')}"


@pytest.fixture
def leaving(box: ShellSandbox) -> ShellSandbox:
    """A box whose boot default and certificate were dlbox's."""
    box.put("/var/lib/dlbox/packages")
    box.put(GRUB, "GRUB_DEFAULT='old'\n")
    box.link(PEM, "/usr/local/share/ca-certificates/dlbox.crt")
    box.tool("update-grub", {"": ""})
    box.tool("update-ca-certificates", {"--fresh": Answer(does=f"rm {PEM}")})
    return box


def test_what_was_made_from_dlboxs_files_is_made_again(leaving: ShellSandbox) -> None:
    assert leaving.shell(FORGET).status == 0
    assert leaving.files() == {}
    assert leaving.calls() == ["update-grub", "update-ca-certificates --fresh"]


def test_a_box_without_a_boot_loader_has_no_menu_to_make(leaving: ShellSandbox) -> None:
    leaving.path(GRUB).unlink()
    leaving.path(PEM).unlink()
    assert leaving.shell(FORGET).status == 0
    assert leaving.calls() == []


@pytest.mark.parametrize(
    ("tool", "words"), [("update-grub", ""), ("update-ca-certificates", "--fresh")]
)
def test_what_could_not_be_made_again_is_made_by_the_next_run(
    leaving: ShellSandbox, tool: str, words: str
) -> None:
    leaving.tool(tool, {words: [Answer(status=1), Answer(does=f"rm -f {PEM}")]})
    assert leaving.shell(FORGET).status == 1
    assert leaving.has("/var/lib/dlbox/packages"), "there would be no next run"
    assert leaving.shell(FORGET).status == 0
    assert leaving.calls(tool)[-2:] == [f"{tool} {words}".strip()] * 2
    assert leaving.files() == {}
