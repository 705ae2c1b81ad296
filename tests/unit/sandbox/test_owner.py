"""Which boxes are left over by a process that is gone."""

import subprocess

from dlbox.sandbox.cleanup import is_left_over, maker


def test_a_box_is_left_over_when_its_maker_is_gone() -> None:
    with subprocess.Popen(["sleep", "100"]) as process:
        label = maker(process.pid)
        assert not is_left_over(label)
        process.kill()
    assert is_left_over(label)


def test_another_process_of_the_same_number_made_no_box() -> None:
    number, started = maker().split("-")
    assert is_left_over(f"{number}-{int(started) - 1}")


def test_a_box_that_says_nothing_of_its_maker_is_somebodys() -> None:
    assert not is_left_over("")
