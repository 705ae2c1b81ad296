"""The way back to the driver before: kept by real apt, brought back by real apt without a network.

What a container lacks is played: modinfo reads the stub modules, which hold nothing but their
version, and modprobe says what a whole module says where there is no card. A boot is played by
giving the trial another boot id than the container's.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dlbox.host.apt import apt_transaction
from dlbox.sandbox.container import Container, start
from dlbox.sandbox.engine import engine
from dlbox.sandbox.image import image
from dlbox.sandbox.mounts import Mount
from dlbox.shell import LIBRARY
from dlbox.state.manifest import FileContent
from roles.nvidia_driver.boot_trial.operations import (
    START_TRIAL,
    Fallback,
    LastFallback,
    UntestedDriver,
    save_packages,
)
from roles.nvidia_driver.boot_trial.programs import programs
from roles.nvidia_driver.kernels import programs as guard
from tests.support.archive.keys import Key, make_key
from tests.support.archive.repository import flat
from tests.support.archive.stub import Stub

KERNEL = os.uname().release
OLD, NEW, NEWER = "535.309.01-1", "550.163.01-2", "580.95.05-1"
HOME = "/var/lib/dlbox"
NO_CARD = "modprobe: ERROR: could not insert 'nvidia_current': No such device"
PLAYED = {
    "modinfo": 'cat "$3"',
    "modprobe": f'[ -e /run/modprobe ] && cat /run/modprobe >&2 || echo "{NO_CARD}" >&2; exit 1',
}
FULL, ARCHIVE = "/srv/full", "/srv/archive"
SOURCES = f"echo 'deb [trusted=yes] copy:{ARCHIVE} ./' >/etc/apt/sources.list.d/stub.list"
# By its date a file that was published before may be older than one that was not.
UNPUBLISH = f"rm -rf {ARCHIVE} /var/lib/apt/lists/*"
# One command, since each that a box is given costs as much time as most of this.
AS_BEFORE = f"""
{UNPUBLISH}; cp -r {FULL} {ARCHIVE}; {SOURCES}; apt-get -q update || exit
rm -rf {HOME} /boot/vmlinuz-* /run/slow /run/modprobe; mkdir -p {HOME} /etc/dlbox
dpkg --purge --force-all lab-app nvidia-kernel-dkms libcuda1 libnvidia-old \
  libnvidia-compute libnvidia-gpucomp firmware-of-all 2>/dev/null; apt-get clean
cd {ARCHIVE}; dpkg -i *_{OLD}_*.deb firmware*.deb; cp *_{OLD}_*.deb /var/cache/apt/archives
touch /boot/vmlinuz-{KERNEL}
apt-mark hold nvidia-kernel-dkms libcuda1 libnvidia-old; apt-mark auto libnvidia-old
echo distro >{HOME}/driver-source; echo libcuda1 >/etc/dlbox/driver-package
"""


def module(version: str, depends: str) -> Stub:
    number = version.rpartition("-")[0]
    return Stub(
        "nvidia-kernel-dkms",
        version,
        files={f"/lib/modules/{KERNEL}/updates/dkms/nvidia.ko": f"{number}\n"},
        scripts={
            "postinst": '#!/bin/sh\n[ "$1" != configure ] || sleep "$(cat /run/slow || echo 0)"\n'
        },
        depends=(depends,),
    )


def archive(folder: Path, key: Key, *versions: str) -> Path:
    """Publish Debian's old driver and NVIDIA's own new ones, which bring and lose packages."""
    stubs = [
        Stub("firmware-of-all", "1:2.0"),
        Stub("lab-app", "1.0", depends=("libnvidia-gpucomp",)),
    ]
    if OLD in versions:
        stubs += [
            module(OLD, f"libcuda1 (= {OLD})"),
            Stub("libcuda1", OLD, depends=(f"libnvidia-old (= {OLD})", "firmware-of-all")),
            Stub("libnvidia-old", OLD, architecture="all"),
        ]
    for version in set(versions) - {OLD}:
        same = f"(= {version})"
        stubs += [
            module(version, f"libnvidia-compute {same}"),
            Stub(
                "libnvidia-compute",
                version,
                depends=(f"libnvidia-gpucomp {same}", "firmware-of-all"),
            ),
            Stub("libnvidia-gpucomp", version, conflicts=("libnvidia-old", "libcuda1")),
        ]
    return flat(folder, stubs, key)


def shell(box: Container, text: str) -> str:
    return box.run("sh", "-c", text).stdout


def fallback(box: Container, *words: str) -> str:
    return box.run("/opt/dlbox/driver/fallback", *words).stdout


def state(box: Container) -> dict[str, str]:
    """Package -> version and status, of all the archive has."""
    names = ("nvidia-kernel-dkms", "libcuda1", "libnvidia-*", "firmware-of-all", "lab-app")
    query = ("dpkg-query", "-W", "-f=${db:Status-Abbrev}${Package} ${Version}\\n")
    rows = [row.split() for row in box.run(*query, *names, check=False).stdout.splitlines()]
    return {row[1]: f"{row[2]} {row[0]}" for row in rows if len(row) == 3}


BEFORE = {
    "nvidia-kernel-dkms": f"{OLD} hi",
    "libcuda1": f"{OLD} hi",
    "libnvidia-old": f"{OLD} hi",
    "firmware-of-all": "1:2.0 ii",
}
AFTER = {
    "nvidia-kernel-dkms": f"{NEW} hi",
    "libnvidia-compute": f"{NEW} hi",
    "libnvidia-gpucomp": f"{NEW} hi",
    "firmware-of-all": "1:2.0 ii",
}


def read(box: Container, name: str) -> str:
    return box.run("cat", f"{HOME}/{name}", check=False).stdout


def there(box: Container, name: str) -> bool:
    return not box.run("test", "-e", f"{HOME}/{name}", check=False).returncode


def change(box: Container, version: str) -> str:
    """Change the driver as the closure does; return what was said of the one before."""
    wanted = dict.fromkeys(
        ("nvidia-kernel-dkms", "libnvidia-compute", "libnvidia-gpucomp"), version
    )
    asked = apt_transaction(wanted, sorted({"libcuda1", "libnvidia-old"} & set(state(box))))
    shell(box, f"echo libnvidia-compute >/etc/dlbox/driver-package && {asked.download}")
    said = shell(box, save_packages(asked).get_raw_value())
    note = f"echo nvidia >{HOME}/driver-source"
    shell(
        box, f"{asked.install} && apt-mark hold {shlex.join(wanted)} && {note} && {START_TRIAL}"
    )
    return said


def boot(box: Container) -> subprocess.CompletedProcess[str]:
    shell(box, f"sed -i 's/^boot .*/boot another/' {HOME}/boot-trial")
    return box.run("systemctl", "start", "dlbox-driver-check", check=False)


def break_module(box: Container) -> None:
    box.run("rm", f"/lib/modules/{KERNEL}/updates/dkms/nvidia.ko")


def cut_network(box: Container) -> None:
    shell(
        box, "rm -rf /srv/archive /var/lib/apt/lists/* && : >/etc/apt/sources.list.d/stub.list"
    )


@pytest.fixture(scope="module")
def made(full: Path) -> Iterator[Container]:
    os.environ.update(engine().environment())
    mounts = [Mount(full, FULL, read_only=True)]
    box = start("dlbox-test-fallback", image("debian-13"), disposable=True, mounts=mounts)
    try:
        for path, file in (programs() | guard_programs()).items():
            box.run("install", "-D", "-m", file.mode, "/dev/stdin", path, input=file.text)
        for name, text in PLAYED.items():
            path = f"/usr/local/sbin/{name}"
            box.run("install", "-m", "755", "/dev/stdin", path, input=f"#!/bin/sh\n{text}\n")
        shell(
            box,
            "rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/*; systemctl daemon-reload",
        )
        shell(box, "echo 'APT::Keep-Downloaded-Packages \"true\";' >/etc/apt/apt.conf.d/99keep")
        yield box
    finally:
        box.remove()


def guard_programs() -> dict[str, FileContent]:
    names = {"kernels": "644", "kernel-guard": "755"}
    folder = Path(guard.__file__).with_name("programs")
    return {f"{guard.HOME}/lib.sh": FileContent(LIBRARY)} | {
        f"{guard.HOME}/{name}": FileContent((folder / name).read_text(encoding="utf-8"), mode)
        for name, mode in names.items()
    }


@pytest.fixture(scope="module")
def key() -> Key:
    return make_key(None, "stub archive of dlbox's tests")


@pytest.fixture(scope="module")
def full(key: Key, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return archive(tmp_path_factory.mktemp("full") / "archive", key, OLD, NEW, NEWER)


@pytest.fixture
def box(made: Container) -> Container:
    """Return the box with the old driver, held, from an archive that has the new ones too."""
    shell(made, AS_BEFORE)
    assert state(made) == BEFORE
    return made


def publish(box: Container, folder: Path) -> None:
    shell(box, UNPUBLISH)
    box.copy_in(folder, ARCHIVE)
    shell(box, f"{SOURCES} && apt-get -q update")


def test_the_driver_before_is_kept_from_apts_cache(box: Container) -> None:
    said = change(box, NEW)
    assert said.startswith("kept the driver before: 3 packages, ")
    assert sorted(read(box, "driver-previous/packages").splitlines()) == [
        f"libcuda1 {OLD} hold manual libcuda1_{OLD}_amd64.deb",
        f"libnvidia-old {OLD} hold auto libnvidia-old_{OLD}_all.deb",
        f"nvidia-kernel-dkms {OLD} hold manual nvidia-kernel-dkms_{OLD}_amd64.deb",
    ]
    assert read(box, "driver-previous/new") == "libnvidia-compute\nlibnvidia-gpucomp\n"
    assert read(box, "driver-previous/source") == "distro\n"
    assert read(box, "driver-previous/incomplete") == ""
    assert state(box) == AFTER


def test_what_the_cache_has_lost_is_downloaded(box: Container) -> None:
    box.run("apt-get", "clean")
    said = change(box, NEW)
    assert said.splitlines()[-1].startswith("kept the driver before: 3 packages, ")
    assert shell(box, f"cd {HOME}/driver-previous/debs; ls").split() == [
        f"libcuda1_{OLD}_amd64.deb",
        f"libnvidia-old_{OLD}_all.deb",
        f"nvidia-kernel-dkms_{OLD}_amd64.deb",
    ]


def test_a_boot_that_stands_ends_the_trial(box: Container) -> None:
    change(box, NEW)
    done = boot(box)
    assert done.returncode == 0
    assert not there(box, "boot-trial")
    assert not there(box, "notices/driver")
    assert not there(box, "driver-returned")
    assert there(box, "driver-previous/closed")
    assert state(box) == AFTER


def test_without_a_boot_nothing_is_judged(box: Container) -> None:
    change(box, NEW)
    break_module(box)
    before = read(box, "boot-trial")
    box.run("systemctl", "start", "dlbox-driver-check")
    assert read(box, "boot-trial") == before
    assert f"\ntries 0\nkernel {KERNEL}\ndriver 550.163.01\n" in before
    assert state(box) == AFTER


def test_a_failed_boot_brings_the_packages_back_without_a_network(box: Container) -> None:
    change(box, NEW)
    cut_network(box)
    break_module(box)
    done = boot(box)
    assert done.returncode == 0
    assert state(box) == BEFORE
    assert box.run("dpkg", "--audit").stdout == ""
    assert "libnvidia-old" in box.run("apt-mark", "showauto").stdout.split()
    assert "libcuda1" in box.run("apt-mark", "showmanual").stdout.split()
    assert read(box, "driver-source") == "distro\n"
    assert box.run("cat", "/etc/dlbox/driver-package").stdout == "libcuda1\n"
    assert read(box, "notices/driver") == (
        "driver 550.163.01 (nvidia-kernel-dkms) did not stand its first boot "
        f"(kernel {KERNEL}: it has no module 550.163.01); "
        "the box went back to 535.309.01 (nvidia-kernel-dkms)\n"
    )
    assert returned(box) == Fallback(
        f"nvidia-kernel-dkms {NEW}", f"nvidia-kernel-dkms {OLD}", "it has no module 550.163.01"
    )
    assert not there(box, "boot-trial")


def returned(box: Container) -> Fallback | None:
    return LastFallback().process(shell(box, LastFallback().command()).splitlines())


def test_what_modprobe_says_is_the_reason(box: Container) -> None:
    change(box, NEW)
    shell(box, "echo 'modprobe: ERROR: Key was rejected by service' >/run/modprobe")
    # As the module that is back says the same, the box asks for its one reboot.
    played = "mkdir -p /run/played; echo 'echo asked: $*' >/run/played/systemctl; chmod 755 /run/played/*"
    shell(box, f"{played}; sed -i 's/^boot .*/boot another/' {HOME}/boot-trial")
    said = shell(box, "PATH=/run/played:$PATH /opt/dlbox/driver/fallback check")
    assert said.splitlines()[-1] == "asked: --no-block reboot"
    assert "the module does not load: modprobe: ERROR: Key was rejected" in read(
        box, "notices/driver"
    )
    assert state(box) == BEFORE


def test_a_box_that_went_down_on_trial_goes_back_untried(box: Container) -> None:
    change(box, NEW)
    shell(box, f"sed -i 's/^tries 0/tries 1/' {HOME}/boot-trial")
    assert boot(box).returncode == 0
    assert "the box went down while the driver was tried" in read(box, "notices/driver")
    assert state(box) == BEFORE


def test_there_is_no_third_try(box: Container) -> None:
    change(box, NEW)
    break_module(box)
    shell(box, f"sed -i 's/^tries 0/tries 2/' {HOME}/boot-trial")
    assert boot(box).returncode == 0
    assert read(box, "notices/driver") == (
        "driver 550.163.01 has not stood its first boot, nor could the box go back; "
        "see journalctl -u dlbox-driver-check\n"
    )
    assert state(box) == AFTER


def test_a_return_that_is_cut_is_completed_by_the_next_boot(box: Container) -> None:
    change(box, NEW)
    break_module(box)
    cut_network(box)
    shell(box, "echo 60 >/run/slow")
    shell(box, f"sed -i 's/^boot .*/boot another/' {HOME}/boot-trial")
    box.run("systemctl", "start", "--no-block", "dlbox-driver-check")
    until = time.monotonic() + 60
    while "F" not in state(box).get("nvidia-kernel-dkms", ""):
        assert time.monotonic() < until, state(box)
        time.sleep(0.2)
    box.run("systemctl", "kill", "--signal=KILL", "dlbox-driver-check")
    shell(box, "rm /run/slow; while pgrep -x dpkg; do sleep 0.1; done")
    assert box.run("dpkg", "--audit").stdout != ""
    assert "tries 1\n" in read(box, "boot-trial")
    assert boot(box).returncode == 0
    assert state(box) == BEFORE
    assert box.run("dpkg", "--audit").stdout == ""
    assert "it has no module 550.163.01" in read(box, "notices/driver")


def test_a_second_failure_has_nothing_to_go_back_to(box: Container) -> None:
    change(box, NEW)
    break_module(box)
    boot(box)
    fallback(box, "begin")
    assert not there(box, "driver-returned")
    break_module(box)
    assert boot(box).returncode == 0
    assert read(box, "notices/driver").endswith(
        f"(kernel {KERNEL}: it has no module 535.309.01), and stays: there is no driver before it\n"
    )
    assert state(box) == BEFORE


def test_what_no_source_has_any_more_is_named(box: Container, key: Key, tmp_path: Path) -> None:
    box.run("apt-get", "clean")
    publish(box, archive(tmp_path / "later", key, NEW))
    said = change(box, NEW)
    assert said.splitlines()[-1] == (
        f"no source has libcuda1={OLD} libnvidia-old={OLD} nvidia-kernel-dkms={OLD} "
        "of the driver before any more: there is no way back to it"
    )
    assert read(box, "notices/driver") == (
        "should driver 550.163.01 not stand its first boot, there is no way back: no source has "
        f"libcuda1={OLD} libnvidia-old={OLD} nvidia-kernel-dkms={OLD} any more\n"
    )
    break_module(box)
    boot(box)
    assert state(box) == AFTER
    assert ", and stays: no source had libcuda1=" in read(box, "notices/driver")
    said_by_box = returned(box)
    assert said_by_box is not None
    assert said_by_box.restored == ""


def test_what_somebody_has_put_on_top_is_not_taken_away(box: Container) -> None:
    change(box, NEW)
    box.run("apt-get", "install", "-qqy", "lab-app")
    break_module(box)
    boot(box)
    assert state(box) == {**AFTER, "lab-app": "1.0 ii"}
    assert ", and stays: that would remove lab-app\n" in read(box, "notices/driver")
    assert box.run("dpkg", "--audit").stdout == ""


def test_a_change_that_no_boot_has_proved_is_no_state_to_go_back_to(box: Container) -> None:
    change(box, NEW)
    change(box, NEWER)
    assert state(box)["libnvidia-compute"] == f"{NEWER} hi"
    break_module(box)
    boot(box)
    assert state(box) == BEFORE
    assert "driver 580.95.05 (nvidia-kernel-dkms) did not" in read(box, "notices/driver")


def test_after_a_boot_that_stands_there_is_one_generation(box: Container) -> None:
    change(box, NEW)
    boot(box)
    change(box, NEWER)
    assert shell(box, f"cd {HOME}/driver-previous/debs; ls").split() == [
        f"libnvidia-compute_{NEW}_amd64.deb",
        f"libnvidia-gpucomp_{NEW}_amd64.deb",
        f"nvidia-kernel-dkms_{NEW}_amd64.deb",
    ]
    break_module(box)
    boot(box)
    assert state(box) == AFTER


def test_a_first_driver_has_nothing_before_it(box: Container) -> None:
    box.run("apt-get", "purge", "-qqy", "--allow-change-held-packages", *BEFORE)
    said = change(box, NEW)
    assert said.splitlines()[-1] == (
        "there was no driver before: should it not stand its first boot, only the kernel goes back"
    )
    break_module(box)
    boot(box)
    assert set(state(box)) == set(AFTER)
    assert ", and stays: there is no driver before it\n" in read(box, "notices/driver")


def test_a_kernel_that_did_not_come_up_is_not_the_drivers_fault(box: Container) -> None:
    shell(box, "touch /boot/vmlinuz-99.0-new; mkdir -p /lib/modules/99.0-new")
    shell(box, "echo 550.163.01 >/lib/modules/99.0-new/nvidia.ko")
    change(box, NEW)
    assert read(box, "kernel-known") == f"{KERNEL}\n"
    assert "\nkernel 99.0-new\n" in read(box, "boot-trial")
    boot(box)
    assert read(box, "notices/driver") == (
        f"kernel 99.0-new was to boot with driver 550.163.01, and {KERNEL} did; kernel {KERNEL} "
        "boots until /opt/dlbox/driver/fallback forget lets the newest boot again\n"
    )
    assert read(box, "kernel-known") == f"{KERNEL}\n"
    assert state(box) == AFTER
    fallback(box, "forget")
    assert not there(box, "kernel-known")
    assert not there(box, "notices/driver")


def test_a_box_without_a_kernel_keeps_nothing(box: Container) -> None:
    shell(box, "rm /boot/vmlinuz-*")
    assert change(box, NEW) == ""
    assert not there(box, "driver-previous")
    assert not there(box, "boot-trial")


def test_a_change_whose_run_was_cut_is_still_to_be_tried(box: Container) -> None:
    def untried() -> str:
        return UntestedDriver().process(shell(box, UntestedDriver().command()).splitlines())

    assert untried() == ""
    change(box, NEW)
    assert untried() == ""
    shell(box, f"rm {HOME}/boot-trial")
    assert untried() == "untried"
    shell(box, f"mkdir {HOME}/staged")
    assert untried() == ""


def test_no_simulation_no_keeping(box: Container) -> None:
    done = box.run("/opt/dlbox/driver/fallback", "keep", "no-such-package", check=False)
    assert done.returncode == 100
    assert not there(box, "driver-previous")
