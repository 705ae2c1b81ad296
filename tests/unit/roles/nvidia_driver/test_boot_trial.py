"""What the way back tells Python, and what of it lies where on a box."""

from __future__ import annotations

import pytest

from dlbox.host.apt import apt_transaction
from roles.nvidia_driver.boot_trial.operations import Fallback, LastFallback, save_packages
from roles.nvidia_driver.boot_trial.programs import programs


def test_a_return_is_read_from_its_file() -> None:
    said = [
        "failed nvidia-open-kernel-dkms 550.163.01-2",
        "restored nvidia-kernel-dkms 535.309.01-1",
        "reason the module does not load: modprobe: ERROR: could not insert",
    ]
    assert LastFallback().process(said) == Fallback(
        failed="nvidia-open-kernel-dkms 550.163.01-2",
        restored="nvidia-kernel-dkms 535.309.01-1",
        reason="the module does not load: modprobe: ERROR: could not insert",
    )


@pytest.mark.parametrize("restored", ["restored ", "restored"])
def test_a_driver_that_stayed_has_nothing_restored(restored: str) -> None:
    said = ["failed nvidia-dkms-580 580.95.05-1", restored, "reason it has no module 580.95.05"]
    found = LastFallback().process(said)
    assert found is not None
    assert found.restored == ""


def test_no_file_is_no_return() -> None:
    assert LastFallback().process([]) is None


def test_what_apt_would_do_is_what_is_kept() -> None:
    words = apt_transaction({"libcuda1": "550.163.01-2"}, ["libnvidia-old"]).words
    said = save_packages(
        apt_transaction({"libcuda1": "550.163.01-2"}, ["libnvidia-old"])
    ).get_raw_value()
    assert words.endswith("libcuda1=550.163.01-2 libnvidia-old-")
    assert said == f"/opt/dlbox/driver/fallback keep {words}"


def test_only_the_program_itself_is_executable() -> None:
    assert {path: file.mode for path, file in programs().items()} == {
        "/opt/dlbox/driver/fallback": "755",
        "/opt/dlbox/driver/fallback-judge": "644",
        "/opt/dlbox/driver/fallback-keep": "644",
        "/opt/dlbox/driver/fallback-restore": "644",
        "/etc/systemd/system/dlbox-driver-check.service": "644",
    }


def test_the_unit_waits_for_no_service_that_the_return_may_start() -> None:
    unit = programs()["/etc/systemd/system/dlbox-driver-check.service"].text
    assert "Before=" not in unit
    assert "ConditionPathExists=/var/lib/dlbox/boot-trial\n" in unit
