"""What of NVIDIA's is neither a package's nor dlbox's: how it is read, and told to a person."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from dlbox.host.foreign import FIND, Foreign, ForeignInstallations, foreign_conflicts
from dlbox.host.identity import IDENTITY
from roles.nvidia_driver.adopt.operations import SCRIPT
from roles.nvidia_driver.transaction import CORE_PACKAGES

ROOT = Path(__file__).parents[3]
UNINSTALL = Foreign("runfile", "/usr/bin/nvidia-uninstall")
LIBRARY = Foreign("runfile", "/usr/lib/x86_64-linux-gnu/libcuda.so.570.86.10")
MODULE = Foreign("runfile", "/lib/modules/6.12.94-amd64/kernel/drivers/video/nvidia.ko")
LOG = Foreign("runfile", "/var/lib/nvidia/log")
CUDA = Foreign("cuda", "/usr/local/cuda-12.8/bin/cuda-uninstaller")
HELD = Foreign("held", "libcuda1 550.163.01-2")
MIXED = Foreign("mixed", "nvidia-kernel-dkms 535.309.01-1")
CONDA = Foreign("search_path", "/opt/conda/lib/libcudart.so.12")


def test_a_box_says_what_is_foreign() -> None:
    said = (
        "foreign runfile /usr/bin/nvidia-uninstall\n"
        "foreign cuda /usr/local/cuda-12.8/bin/cuda-uninstaller\n"
        "foreign held libcuda1 550.163.01-2\n"
        "foreign mixed nvidia-kernel-dkms 535.309.01-1\n"
        "foreign search_path /opt/conda/lib/libcudart.so.12\n"
    )
    found = ForeignInstallations().process(said.splitlines())
    assert found == (UNINSTALL, CUDA, HELD, MIXED, CONDA)


@pytest.mark.parametrize("said", ["/usr/bin/nvidia-uninstall", "runfile", "snap nvidia-core22"])
def test_a_kind_that_nobody_knows_is_an_error(said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(repr(said))):
        Foreign.of(said)


def test_nothing_is_in_the_way_of_a_box_without_any() -> None:
    assert foreign_conflicts((), adopt=False, driver=True) is None


def test_three_files_are_named_and_the_others_counted() -> None:
    assert foreign_conflicts([UNINSTALL, LIBRARY, MODULE, LOG], adopt=False, driver=True) == (
        "a driver of NVIDIA's .run file: /usr/bin/nvidia-uninstall, "
        "/usr/lib/x86_64-linux-gnu/libcuda.so.570.86.10, "
        "/lib/modules/6.12.94-amd64/kernel/drivers/video/nvidia.ko and 1 more | "
        "nvidia_driver_adopt = True converts it, or by hand: run nvidia-uninstall"
    )


def test_each_kind_has_its_name_and_its_remedy() -> None:
    assert foreign_conflicts([HELD, CUDA, UNINSTALL, MIXED], adopt=False, driver=True) == (
        "a driver of NVIDIA's .run file: /usr/bin/nvidia-uninstall; "
        "a CUDA of NVIDIA's .run file: /usr/local/cuda-12.8/bin/cuda-uninstaller; "
        "a driver that somebody holds: libcuda1 550.163.01-2; "
        "a driver of mixed versions: nvidia-kernel-dkms 535.309.01-1 | "
        "nvidia_driver_adopt = True converts it, or by hand: run nvidia-uninstall, "
        "move its folder and /usr/local/cuda away, apt-mark unhold these packages, "
        "purge all but one of them"
    )


def test_packages_are_in_the_way_of_a_driver_alone() -> None:
    assert foreign_conflicts([HELD, MIXED], adopt=False, driver=False) is None
    assert foreign_conflicts([LIBRARY], adopt=False, driver=False) is not None


def test_adoption_converts_all_but_a_search_path() -> None:
    assert foreign_conflicts([UNINSTALL, CUDA, HELD, MIXED], adopt=True, driver=True) is None
    assert foreign_conflicts([UNINSTALL, CONDA], adopt=True, driver=True) == (
        "a search path to another CUDA: /opt/conda/lib/libcudart.so.12 | "
        "take its folder out of /etc/environment or /etc/ld.so.conf.d"
    )


@pytest.mark.parametrize(
    "versions",
    [
        {"libcuda1": "550.163.01-2", "nvidia-kernel-dkms": "535.309.01-1"},
        {"libnvidia-compute-580": "580.159.03-0ubuntu1", "nvidia-dkms-580-open": "595.71.05-1"},
        {"nvidia-open-kernel-dkms": "550.163.01-2", "nvidia-kernel-open-dkms": "595.71.05-1"},
        {"libnvidia-compute": "595.71.05-1", "nvidia-dkms": "595.112.07-1"},
    ],
)
def test_the_box_knows_a_driver_by_the_packages_that_the_role_knows_it_by(
    tmp_path: Path, versions: dict[str, str]
) -> None:
    assert [name for name in versions if not CORE_PACKAGES.fullmatch(name)] == []
    assert packages(tmp_path, {name: f"{v} ii " for name, v in versions.items()}) == [
        f"foreign mixed {name} {version}" for name, version in sorted(versions.items())
    ]


def test_of_what_is_held_only_a_drivers_packages_are_told(tmp_path: Path) -> None:
    rows = {
        "libcuda1": "550.163.01-2 hi ",
        "nvidia-smi": "550.163.01-2 hi ",
        "nvidia-kernel-dkms": "550.163.01-2 ii ",
        "nvidia-container-toolkit": "1.17.4-1 hi ",
        "nvidia-dkms-535": "535.309.01-1 rc ",
        "vim": "2:9.1.1230-2 hi ",
    }
    assert packages(tmp_path, rows) == [
        "foreign held libcuda1 550.163.01-2",
        "foreign held nvidia-smi 550.163.01-2",
    ]


def test_once_dlbox_has_installed_a_driver_its_holds_are_dlboxs_own(tmp_path: Path) -> None:
    (tmp_path / "driver-source").write_text("distro\n")
    assert packages(tmp_path, {"libcuda1": "550.163.01-2 hi "}) == []


def packages(folder: Path, rows: dict[str, str]) -> list[str]:
    """Run what looks at the packages where dpkg-query says so."""
    told = "".join(f"{name} {row}\\n" for name, row in rows.items())
    query = folder / "dpkg-query"
    query.write_text(f"#!/bin/sh\nprintf '{told}'\n")
    query.chmod(0o755)
    functions = FIND.rpartition("\nforeign_files\n")[0].replace("/var/lib/dlbox", str(folder))
    done = subprocess.run(
        ["sh", "-c", f"{functions}\nforeign_packages"],
        env={"PATH": f"{folder}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def test_a_box_is_asked_in_its_one_command() -> None:
    assert FIND in IDENTITY
    assert FIND in SCRIPT


@pytest.mark.parametrize(
    "script", ["src/dlbox/host/shell/foreign.sh", "roles/nvidia_driver/adopt/adopt.sh"]
)
def test_the_scripts_are_posix_sh(script: str) -> None:
    done = subprocess.run(
        ["sh", "-n", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
