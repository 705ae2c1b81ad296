"""A box that says it is Ubuntu 24.04, between its own archive and NVIDIA's, stubs of both."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from dlbox.sandbox.mounts import wheel_cache
from tests.container.archive_box import CHECKS, ArchiveBox, archive_box, present_as_ubuntu
from tests.container.breakages import Breakage
from tests.support.archive.keys import make_key
from tests.support.cli import dlbox

TAG = "ubuntu2404"
VERSIONS = ("580.159.03", "580.178.04", "595.71.05", "595.112.07", "610.57.04")
AMPERE: dict[str, Any] = {"box_gpus": ["10de:2204"]}
NVIDIAS: dict[str, Any] = {**AMPERE, "nvidia_driver_source": "nvidia"}
SWITCHES: dict[str, Any] = {"box_gpus": ["10de:2330"] * 8 + ["10de:22a3"] * 4}
DEBIANS, AWAY = "/etc/apt/sources.list", "/root/sources.list"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ArchiveBox]:
    with archive_box("debian-13", tmp_path_factory.mktemp("ubuntu"), *wheel_cache()) as made:
        present_as_ubuntu(made, "24.04", "noble")
        made.publish(TAG, VERSIONS)
        yield made


@pytest.fixture
def stubs(made: ArchiveBox) -> Iterator[ArchiveBox]:
    """Return the box with its base tools, where apt reads the two archives that these tests are about.

    With Debian's 70 000 packages beside them each call of apt takes seconds.
    """
    made.box.run("mv", DEBIANS, AWAY)
    yield made
    # Touched, since it must be read again before anything is taken from it.
    made.box.run("sh", "-c", f"mv {AWAY} {DEBIANS} && touch {DEBIANS}")


def test_ubuntus_own_driver_comes_first(made: ArchiveBox) -> None:
    told = made.provision(**AMPERE)
    assert "driver 580 (open), held" in told
    versions = made.driver()
    assert versions["nvidia-dkms-580-open"] == "580.159.03-0ubuntu0.24.04.1"
    assert {version for version in versions.values() if version.startswith("5")} == {
        "580.159.03-0ubuntu0.24.04.1"
    }


def test_nvidias_580_takes_its_place(stubs: ArchiveBox) -> None:
    stubs.provision(**NVIDIAS)
    versions = stubs.driver()
    assert versions["nvidia-dkms-580-open"] == "580.178.04-1ubuntu1"
    assert set(versions.values()) == {"580.178.04-1ubuntu1"}


def test_branch_595_takes_the_place_of_580(stubs: ArchiveBox) -> None:
    run = dlbox("plan", stubs.inventory(**NVIDIAS, nvidia_driver_version="595"))
    assert re.search(r"removed: .*nvidia-dkms-580-open", run.stdout), run.stdout[-3000:]
    stubs.provision(**NVIDIAS, nvidia_driver_version="595")
    versions = stubs.driver()
    assert versions["nvidia-dkms-open"] == "595.112.07-1ubuntu1"
    assert set(versions.values()) == {"595.112.07-1ubuntu1"}
    assert [name for name in versions if "580" in name] == []


def other_version(version: str) -> str:
    """Return shell that puts one library of another version over the driver's."""
    name = f"libnvidia-cfg1_{version}-1ubuntu1_amd64.deb"
    fetch = f"cd /tmp && apt-get -q download libnvidia-cfg1={version}-1ubuntu1"
    return f"{fetch} && dpkg --force-depends -i {name} && apt-mark hold libnvidia-cfg1"


BREAKAGES = (
    Breakage(
        name="apt's pins gone",
        cause="mkdir /root/pins && mv /etc/apt/preferences.d/*nvidia* /root/pins/",
        cure="mv /root/pins/* /etc/apt/preferences.d/ && rmdir /root/pins",
        checks="no_other_source",
        says=r"apt would take .*610\.57\.04",
    ),
    Breakage(
        name="the repository named a second time",
        cause="cp /etc/apt/sources.list.d/dlbox-nvidia.sources /etc/apt/sources.list.d/cuda.sources",
        cure="rm /etc/apt/sources.list.d/cuda.sources",
        checks="reads_it_once",
        says=r"named in .*cuda\.sources",
    ),
    Breakage(
        name="the repository's priority raised",
        cause="sed -i 's/^Pin-Priority: 100$/Pin-Priority: 600/' /etc/apt/preferences.d/dlbox-nvidia",
        cure="sed -i 's/^Pin-Priority: 600$/Pin-Priority: 100/' /etc/apt/preferences.d/dlbox-nvidia",
        checks="by_itself",
        says=r"ubuntu2404 has priority \[600\]",
    ),
    Breakage(
        name="a library of another version",
        cause=other_version("595.71.05"),
        cure=other_version("595.112.07"),
        checks="one_version",
        says="the driver is a mix of versions",
    ),
)


@pytest.mark.parametrize("breakage", BREAKAGES, ids=lambda breakage: breakage.name)
def test_verify_goes_red_and_names_it(stubs: ArchiveBox, breakage: Breakage) -> None:
    stubs.box.run("sh", "-c", breakage.cause)
    try:
        target = stubs.inventory(**NVIDIAS, nvidia_driver_version="595")
        run = dlbox("verify", target, "--", "-k", breakage.checks)
    finally:
        stubs.box.run("sh", "-c", breakage.cure)
    said = [line for line in run.stdout.splitlines() if re.search(breakage.says, line)]
    print(f"{breakage.name}: {said[:1]}")  # noqa: T201 - what -rP shows for the record
    assert run.returncode == 1, run.stdout[-3000:]
    assert said, run.stdout[-3000:]


def test_and_580_that_of_595_again(stubs: ArchiveBox) -> None:
    stubs.provision(**NVIDIAS, nvidia_driver_version="580")
    versions = stubs.driver()
    assert versions["nvidia-dkms-580-open"] == "580.178.04-1ubuntu1"
    assert set(versions.values()) == {"580.178.04-1ubuntu1"}


def test_a_version_that_was_withdrawn_upstream_changes_nothing(stubs: ArchiveBox) -> None:
    before = stubs.driver()
    run = stubs.up(**NVIDIAS, nvidia_driver_version="595.91.07")
    assert run.returncode == 1
    assert (
        "no source has nvidia-dkms-open 595.91.07-*; apt knows 610.57.04-1ubuntu1, 595"
        in run.stdout
    )
    assert "Install driver 595 (open): failed" in run.stdout
    assert stubs.driver() == before


def test_a_version_that_is_known_to_be_withdrawn_is_refused(stubs: ArchiveBox) -> None:
    run = stubs.up(**NVIDIAS, nvidia_driver_version="580.126.09")
    assert run.returncode == 3
    assert "580.126.09 was withdrawn" in run.stdout


def test_a_rotated_key_is_taken_once_it_is_given(stubs: ArchiveBox) -> None:
    new = make_key(None, "the key after the rotation")
    stubs.publish(TAG, VERSIONS, new)
    stubs.provision(**NVIDIAS, nvidia_driver_version="595", key=new)
    assert stubs.driver()["nvidia-dkms-open"] == "595.112.07-1ubuntu1"
    stubs.publish(TAG, VERSIONS)


def test_nvswitches_get_a_fabric_manager_of_the_drivers_version(stubs: ArchiveBox) -> None:
    told = stubs.provision(**SWITCHES)
    assert "Fabric Manager 580.178.04" in told
    assert stubs.driver()["nvidia-fabricmanager"] == "580.178.04-1ubuntu1"
    stubs.box.run("apt-mark", "unhold", "nvidia-fabricmanager")
    pins = "-o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null"
    stubs.box.run(
        "sh", "-c", f"apt-get -q -y {pins} install nvidia-fabricmanager=610.57.04-1ubuntu1"
    )
    red = dlbox("verify", stubs.inventory(**SWITCHES), "--", "-k", "fabric_manager_is")
    assert red.returncode == 1
    assert "'610.57.04' == '580.178.04'" in red.stdout
    assert stubs.up(**SWITCHES).returncode == 0
    assert stubs.driver()["nvidia-fabricmanager"] == "580.178.04-1ubuntu1"


def test_nvlink_5_switches_get_a_subnet_manager_too(made: ArchiveBox) -> None:
    told = made.provision(box_gpus=["10de:2901", "10de:2901", "nvlink5"])
    assert "Fabric Manager 580.178.04" in told
    assert {"nvlsm", "nvidia-fabricmanager"} <= set(made.driver())


def test_a_toolkit_alone_brings_no_driver_of_nvidias(made: ArchiveBox) -> None:
    volta: dict[str, Any] = {
        "box_gpus": ["10de:1db1"],
        "box_profile": "full",
        "cuda_versions": ["12.9"],
    }
    told = dlbox("up", made.inventory(**volta), "-y")
    assert told.returncode == 0, told.stdout[-4000:]
    assert "driver 580 (proprietary), held" in told.stdout
    versions = made.driver()
    assert versions["nvidia-dkms-580"] == "580.159.03-0ubuntu0.24.04.1"
    assert [name for name, version in versions.items() if version.endswith("-1ubuntu1")] == []
    policy = made.box.run("apt-cache", "policy", "nvidia-open", "cuda-toolkit-12-9").stdout
    assert re.search(r"nvidia-open:\n  Installed: \(none\)\n  Candidate: \(none\)", policy)
    assert re.search(r"cuda-toolkit-12-9:\n  Installed: 12\.9", policy)
    proof = dlbox(
        "verify",
        made.inventory(**volta),
        "--",
        "-k",
        f"({CHECKS}) and not compiles and not holds_code",
    )
    assert proof.returncode == 0, proof.stdout[-4000:]
