"""A driver that was changed stands its first boot, or the box goes back once and only once."""

from __future__ import annotations

import pytest

from tests.support.shell import Answer, Done, ShellSandbox

FALLBACK = "/opt/dlbox/driver/fallback"
HOME = "/var/lib/dlbox"
TRIAL, KNOWN = f"{HOME}/boot-trial", f"{HOME}/kernel-known"
NOTICE, RETURNED = f"{HOME}/notices/driver", f"{HOME}/driver-returned"
PREVIOUS = f"{HOME}/driver-previous"
OLD, NEW = "6.12.95", "6.12.118"
ON_TRIAL = f"""\
boot first
tries 0
kernel {OLD}
driver 550.163.01
module nvidia-kernel-dkms 550.163.01-2
"""
MENU = f"menuentry 'x' $menuentry_id_option 'gnulinux-{NEW}-advanced-1b' {{\n}}\n"
KEPT = """\
libcuda1 535.309.01-1 install auto libcuda1_535.309.01-1_amd64.deb
nvidia-kernel-dkms 535.309.01-1 hold manual nvidia-kernel-dkms_535.309.01-1_amd64.deb
"""
APT = (
    f"-o Dir::Cache::archives={PREVIOUS}/debs -o APT::Keep-Downloaded-Packages=true"
    " --no-download --no-install-recommends --allow-downgrades"
    f" --allow-change-held-packages --purge {PREVIOUS}/debs/libcuda1_535.309.01-1_amd64.deb"
    f" {PREVIOUS}/debs/nvidia-kernel-dkms_535.309.01-1_amd64.deb"
)
REALLY = "-q -y -o Dpkg::Options::=--force-confold -o DPkg::Lock::Timeout=600 install"
BROKEN = Answer(error="\nmodprobe: ERROR: could not insert 'nvidia'\n", status=1)
NO_CARD = Answer(error="modprobe: ERROR: could not insert 'nvidia': No such device\n", status=1)


@pytest.fixture
def trial(returning: ShellSandbox) -> ShellSandbox:
    """A box that has booted once since its driver was changed; the module is loaded."""
    box = returning
    box.put("/etc/dlbox/driver-package", "libcuda1\n")
    versions(box, "550.163.01-2")
    box.put("/sys/module/nvidia/version", "550.163.01\n")
    box.put(TRIAL, ON_TRIAL)
    boots(box, "second", OLD)
    box.tool("modinfo", {"-F version *": Answer(does='cat "$3"')})
    module(box, OLD)
    box.tool("modprobe", {"nvidia": ""})
    box.tool("timeout", {"60 nvidia-smi": Answer(does="shift; exec nvidia-smi")})
    box.tool("kernel-guard", {"choose": "", "mend": ""}, at="/opt/dlbox/driver/kernel-guard")
    box.tool("grub-editenv", {"/boot/grub/grubenv unset next_entry": ""})
    box.tool("systemctl", {"--no-block reboot": ""})
    return box


def versions(box: ShellSandbox, version: str, **more: str) -> None:
    named = {name.replace("_", "-"): row for name, row in more.items()}
    box.packages({"libcuda1": version, "nvidia-kernel-dkms": version} | named)


def module(box: ShellSandbox, kernel: str, version: str = "550.163.01") -> None:
    box.put(f"/lib/modules/{kernel}/updates/dkms/nvidia.ko", f"{version}\n")


def boots(box: ShellSandbox, number: str, kernel: str) -> None:
    """Have the box boot: another boot id, on this kernel."""
    box.put("/proc/sys/kernel/random/boot_id", f"{number}\n")
    box.tool("uname", {"-r": f"{kernel}\n"})


def card(box: ShellSandbox, vendor: str = "0x10de", kind: str = "0x030000") -> None:
    box.put("/sys/bus/pci/devices/0000:01:00.0/vendor", f"{vendor}\n")
    box.put("/sys/bus/pci/devices/0000:01:00.0/device", "0x1b06\n")
    box.put("/sys/bus/pci/devices/0000:01:00.0/class", f"{kind}\n")


def breaks(box: ShellSandbox) -> None:
    """Have the module not load."""
    box.path("/sys/module/nvidia/version").unlink()
    box.tool("modprobe", {"nvidia": BROKEN})


def has_previous(box: ShellSandbox, real: Answer | None = None, said: str = "") -> None:
    """Keep a driver that apt can bring back; ``said``: what apt would do with other packages."""
    box.put(f"{PREVIOUS}/packages", KEPT)
    for part in ("new", "incomplete"):
        box.put(f"{PREVIOUS}/{part}")
    box.put(f"{PREVIOUS}/source", "distro\n")
    for line in KEPT.splitlines():
        box.put(f"{PREVIOUS}/debs/{line.split()[4]}", "deb")
    moves = box.moved("535.309.01-1", "libcuda1", "nvidia-kernel-dkms")
    box.tool("apt-get", {"-q -s install *": said, f"{REALLY} *": real or Answer(does=moves)})
    box.tool("dpkg", {"--configure -a --force-confold": ""})
    box.tool("apt-mark", {"-q *": ""})


def run(box: ShellSandbox, verb: str = "check") -> Done:
    done = box.run(FALLBACK, verb)
    assert done.status == 0, done.errors
    return done


def test_the_next_boot_is_on_trial_after_a_change(trial: ShellSandbox) -> None:
    trial.path(TRIAL).unlink()
    boots(trial, "first", OLD)
    run(trial, "begin")
    assert trial.read(TRIAL) == ON_TRIAL
    assert trial.calls("kernel-guard") == ["kernel-guard choose"]
    assert not trial.has(KNOWN)


def test_what_an_earlier_return_has_left_ends_with_another_change(trial: ShellSandbox) -> None:
    for path in (KNOWN, RETURNED, NOTICE):
        trial.put(path, "old\n")
    run(trial, "begin")
    assert [path for path in (KNOWN, RETURNED, NOTICE) if trial.has(path)] == []


def test_a_box_without_a_driver_that_could_boot_is_not_on_trial(trial: ShellSandbox) -> None:
    trial.path(TRIAL).unlink()
    module(trial, OLD, "535.309.01")
    run(trial, "begin")
    assert not trial.has(TRIAL)
    module(trial, OLD)
    versions(trial, "550.163.01-2 rc")
    run(trial, "begin")
    assert not trial.has(TRIAL)


@pytest.fixture
def newer(trial: ShellSandbox) -> ShellSandbox:
    """The box with a newer kernel, that has the module too, and GRUB."""
    trial.put(f"/boot/vmlinuz-{NEW}")
    trial.put("/boot/grub/grub.cfg", MENU)
    module(trial, NEW)
    trial.tool("grub-reboot", {f"gnulinux-{NEW}-advanced-1b": ""})
    return trial


def test_a_newer_kernel_boots_once_and_the_one_that_runs_by_default(
    newer: ShellSandbox,
) -> None:
    run(newer, "begin")
    assert newer.read(KNOWN) == f"{OLD}\n"
    assert f"kernel {NEW}\n" in newer.read(TRIAL)
    assert newer.calls("kernel-guard", "grub-reboot") == [
        "kernel-guard choose",
        f"grub-reboot gnulinux-{NEW}-advanced-1b",
    ]


def test_a_kernel_without_the_module_is_none_to_come_back_to(newer: ShellSandbox) -> None:
    module(newer, OLD, "535.309.01")
    run(newer, "begin")
    assert not newer.has(KNOWN)
    assert newer.calls("grub-reboot") == []


def test_without_grub_no_kernel_boots_once(newer: ShellSandbox) -> None:
    newer.path("/boot/grub/grub.cfg").unlink()
    run(newer, "begin")
    assert newer.calls("grub-reboot") == []


def test_the_owner_is_told_before_the_boot_that_there_is_no_way_back(
    trial: ShellSandbox,
) -> None:
    trial.put(f"{PREVIOUS}/incomplete", "libcuda1 535.309.01-1\nnvidia-smi 535.309.01-1\n")
    run(trial, "begin")
    assert trial.read(NOTICE) == (
        "should driver 550.163.01 not stand its first boot, there is no way back: no source has"
        " libcuda1=535.309.01-1 nvidia-smi=535.309.01-1 any more\n"
    )


def test_a_trial_is_on_the_disk_before_it_has_its_name(trial: ShellSandbox) -> None:
    run(trial, "begin")
    assert trial.calls("sync") == [f"sync {TRIAL}.new", f"sync {HOME}"]
    trial.put(TRIAL, "whole\n")
    trial.tool("sync", {"*": Answer(status=1)})
    assert trial.run(FALLBACK, "begin").status == 1
    assert trial.read(TRIAL) == "whole\n"


def test_a_box_without_a_trial_has_nothing_to_prove(trial: ShellSandbox) -> None:
    trial.path(TRIAL).unlink()
    before = trial.files()
    assert run(trial).said == ""
    assert trial.files() == before
    assert trial.calls("modprobe", "kernel-guard") == []


def test_the_boot_in_which_the_driver_was_changed_proves_nothing(trial: ShellSandbox) -> None:
    boots(trial, "first", OLD)
    breaks(trial)
    run(trial)
    assert trial.read(TRIAL) == ON_TRIAL
    assert trial.calls("modprobe") == []


def test_a_driver_that_loads_stands(trial: ShellSandbox) -> None:
    trial.put(KNOWN, f"{OLD}\n")
    trial.put(NOTICE, "old\n")
    trial.put("/boot/grub/grubenv")
    has_previous(trial)
    assert run(trial).said == f"driver 550.163.01 stands on kernel {OLD}\n"
    assert [path for path in (TRIAL, KNOWN, NOTICE, RETURNED) if trial.has(path)] == []
    assert trial.has(f"{PREVIOUS}/closed")
    assert trial.calls("kernel-guard", "grub-editenv", "apt-get", "systemctl") == [
        "grub-editenv /boot/grub/grubenv unset next_entry",
        "kernel-guard mend",
    ]


def test_a_driver_that_stands_on_another_kernel_leaves_the_default(newer: ShellSandbox) -> None:
    newer.put(TRIAL, ON_TRIAL.replace(f"kernel {OLD}", f"kernel {NEW}"))
    newer.put(KNOWN, f"{OLD}\n")
    run(newer)
    assert newer.read(KNOWN) == f"{OLD}\n"
    assert newer.read(NOTICE) == (
        f"kernel {NEW} was to boot with driver 550.163.01, and {OLD} did; kernel {OLD} boots"
        f" until {FALLBACK} forget lets the newest boot again\n"
    )
    assert not newer.has(TRIAL)


def test_a_guard_that_fails_does_not_fail_the_boot(trial: ShellSandbox) -> None:
    trial.tool("kernel-guard", {"mend": Answer(status=1)}, at="/opt/dlbox/driver/kernel-guard")
    assert run(trial).said.endswith("kernel-guard failed\n")
    assert not trial.has(TRIAL)


def reason(box: ShellSandbox) -> str:
    """Return why the driver did not stand; nothing: it did."""
    run(box)
    lines = box.read(RETURNED).splitlines() if box.has(RETURNED) else []
    return "".join(line.removeprefix("reason ") for line in lines if line.startswith("reason "))


def test_packages_that_are_not_whole_do_not_stand(trial: ShellSandbox) -> None:
    versions(trial, "550.163.01-2 iU")
    assert reason(trial) == "the driver's packages are not whole"


def test_a_kernel_without_the_module_does_not_stand(trial: ShellSandbox) -> None:
    module(trial, OLD, "535.309.01")
    assert reason(trial) == "it has no module 550.163.01"


def test_a_module_of_another_version_does_not_stand(trial: ShellSandbox) -> None:
    trial.put("/sys/module/nvidia/version", "535.309.01\n")
    assert reason(trial) == ("module 535.309.01 is loaded, driver 550.163.01 is installed")


def test_a_module_that_does_not_load_does_not_stand(trial: ShellSandbox) -> None:
    breaks(trial)
    assert reason(trial) == (
        "the module does not load: modprobe: ERROR: could not insert 'nvidia'"
    )


def test_a_module_that_is_silent_and_absent_does_not_stand(trial: ShellSandbox) -> None:
    breaks(trial)
    trial.tool("modprobe", {"nvidia": ""})
    assert reason(trial) == "the module does not load: modprobe says nothing"


@pytest.mark.parametrize(
    ("vendor", "kind", "stands"),
    [("0x10de", "0x030200", False), ("0x1002", "0x030000", True), ("0x10de", "0x068000", True)],
)
def test_without_a_card_of_nvidias_a_module_that_finds_no_device_stands(
    trial: ShellSandbox, vendor: str, kind: str, *, stands: bool
) -> None:
    breaks(trial)
    trial.tool("modprobe", {"nvidia": NO_CARD})
    card(trial, vendor, kind)
    assert (reason(trial) == "") == stands


@pytest.mark.parametrize(
    ("there", "why"), [(True, "nvidia-smi: Failed to initialize NVML"), (False, "")]
)
def test_a_card_that_does_not_answer_does_not_stand(
    trial: ShellSandbox, *, there: bool, why: str
) -> None:
    trial.tool("nvidia-smi", {"": Answer("first\nFailed to initialize NVML\n", status=255)})
    if there:
        card(trial)
    assert reason(trial) == why
    assert trial.calls("timeout") == ["timeout 60 nvidia-smi"] * there


def test_a_driver_that_does_not_stand_gives_way_to_the_one_before(trial: ShellSandbox) -> None:
    breaks(trial)
    has_previous(trial)
    why = "the module does not load: modprobe: ERROR: could not insert 'nvidia'"
    text = (
        f"driver 550.163.01 (nvidia-kernel-dkms) did not stand its first boot (kernel {OLD}: "
        f"{why}); the box went back to 535.309.01 (nvidia-kernel-dkms)\n"
    )
    assert run(trial).said == text
    assert trial.read(NOTICE) == text
    assert trial.read(RETURNED) == (
        "failed nvidia-kernel-dkms 550.163.01-2\n"
        f"restored nvidia-kernel-dkms 535.309.01-1\nreason {why}\n"
    )
    assert not trial.has(TRIAL)
    assert trial.has(f"{PREVIOUS}/closed")
    assert trial.calls("apt-get") == [
        f"apt-get -q -s install {APT}",
        f"apt-get {REALLY} {APT}",
    ]


def test_a_return_is_made_once(trial: ShellSandbox) -> None:
    breaks(trial)
    has_previous(trial)
    run(trial)
    calls = trial.calls("apt-get")
    boots(trial, "third", OLD)
    assert run(trial).said == ""
    assert trial.calls("apt-get") == calls


def test_a_return_brings_back_marks_source_and_name(trial: ShellSandbox) -> None:
    breaks(trial)
    has_previous(trial)
    trial.put("/etc/dlbox/driver-package", "libnvidia-compute-550\n")
    run(trial)
    assert trial.calls("apt-mark") == [
        "apt-mark -q hold nvidia-kernel-dkms",
        "apt-mark -q auto libcuda1",
        "apt-mark -q unhold libcuda1",
    ]
    assert trial.read(f"{HOME}/driver-source") == "distro\n"
    assert trial.read("/etc/dlbox/driver-package") == "libcuda1\n"


def test_packages_that_the_change_brought_go_if_they_are_there(trial: ShellSandbox) -> None:
    breaks(trial)
    has_previous(trial, said="Purg firmware-nvidia-gsp [550.163.01-2]\n")
    trial.put(f"{PREVIOUS}/new", "firmware-nvidia-gsp\nnever-came\n")
    trial.packages({"libcuda1": "550.163.01-2", "firmware-nvidia-gsp": "550.163.01-2 iF"})
    run(trial)
    assert trial.calls("apt-get")[1] == f"apt-get {REALLY} {APT} firmware-nvidia-gsp-"


def test_packages_that_have_left_their_configuration_are_not_there(trial: ShellSandbox) -> None:
    breaks(trial)
    has_previous(trial)
    trial.put(f"{PREVIOUS}/new", "libgl\nlibgl:i386\nlibegl\nlibegl:i386\n")
    rows = {"libgl": "550 rc", "libgl:i386": "550 rc", "libegl": "550 rc", "libegl:i386": "550"}
    trial.packages({"libcuda1": "550.163.01-2"} | rows)
    run(trial)
    assert trial.calls("apt-get")[1] == f"apt-get {REALLY} {APT} libegl:i386-"


def stays(box: ShellSandbox) -> str:
    """Return why the driver that failed stays."""
    run(box)
    assert "restored \n" in box.read(RETURNED)
    return box.read(NOTICE).partition(", and stays: ")[2].rstrip()


def test_a_return_takes_nothing_that_came_since(trial: ShellSandbox) -> None:
    breaks(trial)
    has_previous(trial, said="Remv cuda-work [1.0]\nRemv libgsp [550]\nPurg more [2.0]\n")
    trial.put(f"{PREVIOUS}/new", "libgsp\n")
    assert stays(trial) == "that would remove cuda-work more"
    assert len(trial.calls("apt-get")) == 1


def test_packages_that_no_source_had_are_no_way_back(trial: ShellSandbox) -> None:
    breaks(trial)
    has_previous(trial)
    trial.put(f"{PREVIOUS}/incomplete", "libcuda1 535.309.01-1\n")
    assert stays(trial) == (
        "no source had libcuda1=535.309.01-1 of the driver before it any more"
    )
    assert trial.calls("apt-get") == []


@pytest.mark.parametrize("lost", ["closed", "packages"])
def test_where_there_was_no_driver_before_it_stays(trial: ShellSandbox, lost: str) -> None:
    breaks(trial)
    has_previous(trial)
    trial.put(f"{PREVIOUS}/{lost}", "jq 1.7-1 install auto jq_1.7-1_amd64.deb\n")
    assert stays(trial) == "there is no driver before it"
    assert trial.calls("apt-get") == []


def test_a_return_that_apt_refuses_leaves_dpkg_whole(trial: ShellSandbox) -> None:
    breaks(trial)
    has_previous(trial, Answer(status=100))
    assert stays(trial) == "apt-get failed, see journalctl -u dlbox-driver-check"
    assert trial.calls("dpkg") == ["dpkg --configure -a --force-confold"] * 2
    assert trial.calls("apt-mark") == []
    assert not trial.has(TRIAL)


def test_a_boot_that_ends_while_the_driver_is_tried_is_why_the_box_goes_back(
    trial: ShellSandbox,
) -> None:
    trial.put(TRIAL, ON_TRIAL.replace("tries 0", "tries 1"))
    has_previous(trial)
    assert reason(trial) == "the box went down while the driver was tried"
    assert trial.calls("modprobe") == []


def test_a_boot_counts_before_the_driver_is_tried(trial: ShellSandbox) -> None:
    breaks(trial)
    trial.tool("modprobe", {"nvidia": Answer(does=f"cp {TRIAL} /var/seen; exit 1")})
    run(trial)
    assert trial.read("/var/seen").startswith("boot second\ntries 1\nkernel ")


def test_a_return_that_is_cut_is_made_again_for_the_same_reason(trial: ShellSandbox) -> None:
    breaks(trial)
    has_previous(trial, Answer(does=f"cp {TRIAL} /var/seen; exit 1"))
    run(trial)
    why = "reason the module does not load: modprobe: ERROR: could not insert 'nvidia'\n"
    assert trial.read("/var/seen") == (
        ON_TRIAL.replace("boot first\ntries 0", "boot second\ntries 1") + why
    )
    trial.put(TRIAL, trial.read("/var/seen"))
    trial.path(f"{PREVIOUS}/closed").unlink()
    has_previous(trial)
    boots(trial, "third", OLD)
    assert f"reason {reason(trial)}\n" == why
    assert "restored nvidia-kernel-dkms 535.309.01-1\n" in trial.read(RETURNED)


def test_a_box_that_goes_down_twice_on_the_way_back_tries_no_more(trial: ShellSandbox) -> None:
    trial.put(TRIAL, ON_TRIAL.replace("tries 0", "tries 2") + "reason it is broken\n")
    has_previous(trial)
    run(trial)
    assert trial.calls("apt-get", "modprobe", "systemctl") == []
    assert trial.read(NOTICE) == (
        "driver 550.163.01 has not stood its first boot, nor could the box go back; see"
        " journalctl -u dlbox-driver-check\n"
    )
    assert trial.read(TRIAL) == (
        ON_TRIAL.replace("boot first\ntries 0", "boot second\ntries 3")
        + "reason it is broken\n"
    )


@pytest.fixture
def failed(newer: ShellSandbox) -> ShellSandbox:
    """The box on the newer kernel, where the driver does not stand; the older one is known."""
    breaks(newer)
    newer.put(KNOWN, f"{OLD}\n")
    boots(newer, "second", NEW)
    has_previous(newer)
    return newer


def test_a_box_that_went_back_boots_the_kernel_before(failed: ShellSandbox) -> None:
    module(failed, NEW, "535.309.01")
    failed.put("/sys/module/nvidia/version", "535.309.01\n")
    run(failed)
    assert failed.calls("systemctl") == ["systemctl --no-block reboot"]
    assert failed.read(NOTICE).endswith(
        f"; kernel {OLD} boots until {FALLBACK} forget lets the newest boot again\n"
    )


@pytest.mark.parametrize(
    ("loaded", "calls"),
    [("550.163.01", ["systemctl --no-block reboot"]), ("535.309.01", [])],
)
def test_a_box_that_went_back_boots_again_if_the_driver_cannot_run_before(
    failed: ShellSandbox, loaded: str, calls: list[str]
) -> None:
    failed.path(KNOWN).unlink()
    module(failed, NEW, "535.309.01")
    failed.tool(
        "apt-get",
        {
            "-q -s *": "",
            "-q -y *": Answer(
                does=(
                    f"{failed.moved('535.309.01-1', 'libcuda1', 'nvidia-kernel-dkms')}"
                    f"; echo {loaded} >/sys/module/nvidia/version"
                )
            ),
        },
    )
    run(failed)
    assert "restored nvidia-kernel-dkms 535.309.01-1\n" in failed.read(RETURNED)
    assert failed.calls("systemctl") == calls


def test_a_driver_that_stays_boots_the_kernel_on_which_it_may_stand(
    failed: ShellSandbox,
) -> None:
    failed.path(f"{PREVIOUS}/packages").unlink()
    run(failed)
    assert failed.calls("systemctl") == ["systemctl --no-block reboot"]


def test_a_box_on_the_kernel_before_does_not_boot_again(failed: ShellSandbox) -> None:
    boots(failed, "second", OLD)
    failed.path(f"{PREVIOUS}/packages").unlink()
    run(failed)
    assert failed.calls("systemctl") == []


def test_an_owner_who_forgets_gets_the_newest_kernel_again(trial: ShellSandbox) -> None:
    for path in (KNOWN, RETURNED, NOTICE):
        trial.put(path, "old\n")
    run(trial, "forget")
    assert [path for path in (KNOWN, RETURNED, NOTICE) if trial.has(path)] == []
    assert trial.calls("kernel-guard") == ["kernel-guard mend"]
