"""A generation, read from its parts."""

from __future__ import annotations

from dlbox.state.generations import GenerationContents, parse_contents

KEPT = """\
== number
3
== head
digest d
lock 0123
pending reboot
== applied.yaml
knobs: {}
stack:
  system: debian-13
== packages
tmux 3.5a-3 amd64 - - -
== seen
file\t/etc/x\t644 0 0 aa
tree\t/opt/dlbox/uv\t/opt/dlbox/trees/uv-0123 17 bb
"""


def test_a_generation_is_read_from_its_parts() -> None:
    assert parse_contents(KEPT.splitlines()) == GenerationContents(
        number=3,
        lock="0123",
        applied="knobs: {}\nstack:\n  system: debian-13",
        packages=("tmux 3.5a-3 amd64 - - -",),
        trees={"/opt/dlbox/uv": "/opt/dlbox/trees/uv-0123"},
    )
    without = parse_contents(KEPT.replace("lock 0123\n", "").splitlines())
    assert without is not None
    assert without.lock == ""
    assert parse_contents([]) is None
