"""When a change of the driver that waits for the next boot is carried out."""

import re

from roles.nvidia_driver.in_use import apply_change


def test_a_staged_change_comes_before_whoever_would_hold_the_card() -> None:
    [text] = [file.text for file in apply_change.staged_unit().values()]
    before = re.search(r"^Before=(.*)$", text, re.MULTILINE)
    assert before
    assert {"nvidia-persistenced.service", "docker.service", "dlbox-jupyter.service"} <= {
        *before[1].split()
    }
