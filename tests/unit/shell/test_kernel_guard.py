"""A kernel without a module of the driver never becomes what boots."""

from __future__ import annotations

import pytest

from tests.support.shell import Answer, Answers, Done, ShellSandbox

GUARD = "/opt/dlbox/driver/kernel-guard"
OLD, NEW = "6.12.95+deb12-amd64", "6.12.118+deb13-amd64"
VERSION = "550.163.01"
GRUB = "/etc/default/grub.d/dlbox-kernel.cfg"
KEEP = "/etc/apt/apt.conf.d/52dlbox-kernel"
NOTICE = "/var/lib/dlbox/notices/kernel"
KNOWN = "/var/lib/dlbox/kernel-known"
STATE = "/var/lib/dlbox/modules"
MARK = f"{STATE}/refused/nvidia-{VERSION}"
STALE = "the boot menu is not of the kernel that was chosen\n"
BOOTS_OLD = f"GRUB_DEFAULT='gnulinux-advanced-1b-2c>gnulinux-{OLD}-advanced-1b-2c'\n"
MENU = f"""\
menuentry 'Debian GNU/Linux' --class os $menuentry_id_option 'gnulinux-simple-1b-2c' {{
}}
submenu 'Advanced options' $menuentry_id_option 'gnulinux-advanced-1b-2c' {{
	menuentry 'Linux {NEW}' --class os $menuentry_id_option 'gnulinux-{NEW}-advanced-1b-2c' {{
	}}
	menuentry 'Linux {OLD}' --class os $menuentry_id_option 'gnulinux-{OLD}-advanced-1b-2c' {{
	}}
}}
"""
PACKAGES = {
    "libcuda1": f"{VERSION}-2",
    f"linux-image-{OLD}": "6.12.95-1",
    f"linux-headers-{OLD}": "6.12.95-1",
    f"linux-image-{NEW}": "6.12.118-1",
}
DKMS: dict[str, Answers] = {
    "status": f"nvidia/{VERSION}, {OLD}, x86_64: installed\n",
    f"install -m nvidia -v {VERSION} -k *": "",
}


@pytest.fixture
def guard(box: ShellSandbox) -> ShellSandbox:
    """A box with two kernels and a driver, whose module only the older kernel has."""
    box.place("lib", "/opt/dlbox/driver/lib.sh")
    box.place("kernels", "/opt/dlbox/driver/kernels")
    box.place("kernel-guard", GUARD)
    box.put("/etc/dlbox/driver-package", "libcuda1\n")
    box.put("/boot/grub/grub.cfg", MENU)
    for kernel in (OLD, NEW):
        box.put(f"/boot/vmlinuz-{kernel}")
    module(box, OLD)
    box.packages(PACKAGES)
    box.tool("modinfo", {"-F version *": Answer(does='cat "$3"')})
    box.tool("dkms", DKMS)
    box.tool("update-grub", {"": "Generating grub configuration file ...\n"})
    box.tool("apt-mark", {"-q *": ""})
    box.tool("try-modules", {"kernel *": ""}, at="/opt/dlbox/driver/try-modules")
    return box


def module(box: ShellSandbox, kernel: str, version: str = VERSION) -> None:
    box.put(f"/lib/modules/{kernel}/updates/dkms/nvidia.ko.xz", f"{version}\n")


def run(box: ShellSandbox, verb: str) -> Done:
    done = box.run(GUARD, verb)
    assert (done.status, done.errors) == (0, "")
    return done


def test_where_the_newest_kernel_has_the_module_nothing_is_changed(guard: ShellSandbox) -> None:
    module(guard, NEW)
    before = guard.files()
    run(guard, "choose")
    assert guard.files() == before
    assert guard.calls("update-grub") == []


def test_a_newest_kernel_without_the_module_does_not_boot(guard: ShellSandbox) -> None:
    guard.put(f"{MARK}/{NEW}", "a.c:1:2: error: too few arguments\n")
    run(guard, "choose")
    assert guard.read(GRUB) == BOOTS_OLD
    assert guard.calls("update-grub") == ["update-grub"]
    assert guard.read(NOTICE) == (
        f"kernel {NEW} has no NVIDIA module {VERSION} (a.c:1:2: error: too few arguments): "
        f"{OLD} boots instead, and is held\n"
    )


def test_the_kernel_that_boots_is_not_autoremoved(guard: ShellSandbox) -> None:
    run(guard, "choose")
    assert guard.read(KEEP) == (
        'APT::NeverAutoRemove { "^linux-[a-z]+-6\\\\.12\\\\.95\\\\+deb12-amd64$"; };\n'
    )


def test_a_module_nobody_has_compiled_is_said_to_be_that(guard: ShellSandbox) -> None:
    run(guard, "choose")
    assert "(it has not been compiled)" in guard.read(NOTICE)


def test_what_is_chosen_already_is_not_written_again(guard: ShellSandbox) -> None:
    run(guard, "choose")
    run(guard, "choose")
    assert guard.calls("update-grub") == ["update-grub"]


def test_a_kernel_that_has_the_module_again_boots_again(guard: ShellSandbox) -> None:
    run(guard, "choose")
    module(guard, NEW)
    run(guard, "choose")
    assert [path for path in (GRUB, KEEP, NOTICE) if guard.has(path)] == []
    assert guard.calls("update-grub") == ["update-grub", "update-grub"]


def test_a_module_of_another_version_is_none(guard: ShellSandbox) -> None:
    module(guard, NEW, "550.163.010")
    run(guard, "choose")
    assert guard.read(GRUB) == BOOTS_OLD


def test_where_no_kernel_has_the_module_the_default_stays(guard: ShellSandbox) -> None:
    module(guard, OLD, "535.309.01")
    run(guard, "choose")
    assert not guard.has(GRUB)
    assert guard.calls("update-grub") == []
    assert guard.read(NOTICE).endswith("(it has not been compiled), nor has any other\n")


def test_without_grub_the_owner_is_told_which_kernel_to_boot(guard: ShellSandbox) -> None:
    guard.path("/boot/grub/grub.cfg").unlink()
    run(guard, "choose")
    assert not guard.has(GRUB)
    assert guard.calls("update-grub") == []
    assert guard.read(NOTICE).endswith(
        f"; see to it that {OLD} boots: the boot loader is not GRUB\n"
    )


@pytest.mark.parametrize("status", ["rc", "un"])
def test_a_driver_that_is_not_installed_decides_nothing(
    guard: ShellSandbox, status: str
) -> None:
    run(guard, "choose")
    guard.packages(PACKAGES | {"libcuda1": f"{VERSION}-2 {status}"})
    run(guard, "choose")
    assert [path for path in (GRUB, KEEP, NOTICE) if guard.has(path)] == []


def test_a_kernel_on_trial_does_not_boot_by_default(guard: ShellSandbox) -> None:
    module(guard, NEW)
    guard.put(KNOWN, f"{OLD}\n")
    run(guard, "choose")
    assert guard.read(GRUB) == BOOTS_OLD
    assert guard.read(NOTICE) == (
        f"kernel {NEW} has not stood its first boot with driver {VERSION}: "
        f"{OLD} boots instead, and is held\n"
    )


@pytest.mark.parametrize(
    "lost", [f"/boot/vmlinuz-{OLD}", f"/lib/modules/{OLD}/updates/dkms/nvidia.ko.xz"]
)
def test_a_known_kernel_that_is_gone_or_has_no_module_does_not_boot(
    guard: ShellSandbox, lost: str
) -> None:
    module(guard, NEW)
    guard.put(KNOWN, f"{OLD}\n")
    guard.path(lost).unlink()
    run(guard, "choose")
    assert not guard.has(GRUB)


def test_a_boot_default_is_whole_or_not_there(guard: ShellSandbox) -> None:
    guard.put(GRUB, "GRUB_DEFAULT='other'\n")
    guard.tool("mv", {f"* {GRUB}": Answer(status=1), "*": Answer(does='exec /bin/mv "$@"')})
    done = guard.run(GUARD, "choose")
    assert done.status == 1
    assert guard.read(GRUB) == "GRUB_DEFAULT='other'\n"


@pytest.mark.parametrize("verb", ["choose", "mend"])
def test_a_menu_that_could_not_be_made_is_made_the_next_time(
    guard: ShellSandbox, verb: str
) -> None:
    guard.tool("update-grub", {"": [Answer(status=1), ""]})
    assert guard.run(GUARD, verb).status == 1
    assert STALE in run(guard, "look").said
    run(guard, "choose")
    assert guard.calls("update-grub") == ["update-grub", "update-grub"]
    assert STALE not in run(guard, "look").said
    run(guard, "choose")
    assert len(guard.calls("update-grub")) == 2


def test_a_menu_that_lets_the_newest_kernel_boot_again_is_made_too(guard: ShellSandbox) -> None:
    run(guard, "choose")
    module(guard, NEW)
    guard.tool("update-grub", {"": [Answer(status=1), ""]})
    assert guard.run(GUARD, "choose").status == 1
    assert not guard.has(GRUB)
    assert run(guard, "look").said == STALE
    run(guard, "choose")
    assert guard.calls("update-grub") == ["update-grub"] * 3
    assert run(guard, "look").said == ""


def test_a_menu_is_made_though_the_run_before_was_cut(guard: ShellSandbox) -> None:
    guard.tool("update-grub", {"": Answer(does="kill -9 $PPID")})
    assert guard.run(GUARD, "choose").status == -9
    guard.tool("update-grub", {"": ""})
    run(guard, "choose")
    assert guard.calls("update-grub") == ["update-grub", "update-grub"]


def test_the_mark_of_a_menu_comes_before_the_change(guard: ShellSandbox) -> None:
    moves = {f"* {GRUB}": Answer(does="kill -9 $PPID"), "*": Answer(does='exec /bin/mv "$@"')}
    guard.tool("mv", moves)
    guard.run(GUARD, "choose")
    assert not guard.has(GRUB)
    assert guard.has("/var/lib/dlbox/grub-stale")


def test_a_boot_loader_that_is_gone_has_no_menu_to_make(guard: ShellSandbox) -> None:
    run(guard, "choose")
    module(guard, NEW)
    guard.path("/boot/grub/grub.cfg").unlink()
    run(guard, "choose")
    assert guard.calls("update-grub") == ["update-grub"]
    assert run(guard, "look").said == ""


def settled(box: ShellSandbox) -> ShellSandbox:
    """Return the box as the guard leaves it: the older kernel boots, and is held."""
    box.put(f"{MARK}/{NEW}", "a.c:1:2: error: too few arguments\n")
    run(box, "mend")
    return box


def test_a_box_in_order_has_nothing_to_mend(guard: ShellSandbox) -> None:
    assert run(settled(guard), "look").said == ""


def test_looking_mends_nothing(guard: ShellSandbox) -> None:
    before = guard.files()
    assert run(guard, "look").said == (
        f"nvidia {VERSION} {NEW}\nkernel {NEW} would boot, without a module\n"
    )
    assert guard.files() == before
    assert guard.calls("update-grub", "apt-mark", "try-modules") == []


def test_a_module_that_is_back_is_said(guard: ShellSandbox) -> None:
    module(settled(guard), NEW)
    assert (
        run(guard, "look").said == "the newest kernel has a module again\nthe hold on kernels\n"
    )


def test_a_default_that_somebody_took_away_is_said(guard: ShellSandbox) -> None:
    settled(guard).path(GRUB).unlink()
    assert f"kernel {NEW} would boot, without a module\n" in run(guard, "look").said


def test_headers_that_have_come_make_a_kernel_worth_another_try(guard: ShellSandbox) -> None:
    guard.put(
        f"{MARK}/{NEW}", f"there are no headers for it: linux-headers-{NEW} is not there\n"
    )
    assert "nvidia" not in run(guard, "look").said
    guard.folder(f"/lib/modules/{NEW}/build/include")
    assert run(guard, "look").said.startswith(f"nvidia {VERSION} {NEW}\n")


def test_a_kernel_that_was_refused_is_not_tried_again(guard: ShellSandbox) -> None:
    guard.folder(f"/lib/modules/{NEW}/build/include")
    settled(guard)
    assert guard.calls("try-modules", "dkms") == ["dkms status"] * len(guard.calls("dkms"))


def test_a_kernel_whose_module_compiles_gets_it(guard: ShellSandbox) -> None:
    installs = Answer(
        does=f"mkdir -p /lib/modules/{NEW}/updates; echo {VERSION} >/lib/modules/{NEW}/updates/nvidia.ko"
    )
    guard.tool("dkms", DKMS | {f"install -m nvidia -v {VERSION} -k *": installs})
    run(guard, "mend")
    assert guard.calls("try-modules") == [f"try-modules kernel {NEW}"]
    assert f"dkms install -m nvidia -v {VERSION} -k {NEW}" in guard.calls("dkms")
    assert not guard.has(GRUB)


def test_a_kernel_whose_module_does_not_compile_never_boots(guard: ShellSandbox) -> None:
    refuses = Answer(does=f"mkdir -p {MARK}; echo 'a.c:1: error: no' >{MARK}/{NEW}")
    guard.tool("try-modules", {"kernel *": refuses}, at="/opt/dlbox/driver/try-modules")
    run(guard, "mend")
    assert [call for call in guard.calls("dkms") if "install" in call] == []
    assert guard.read(GRUB) == BOOTS_OLD


FAILS = Answer(status=10, said="Error! No space left on device\n")


def test_a_kernel_whose_module_cannot_be_installed_never_boots(guard: ShellSandbox) -> None:
    guard.tool("dkms", DKMS | {f"install -m nvidia -v {VERSION} -k *": FAILS})
    done = guard.run(GUARD, "mend")
    assert done.status == 1
    assert done.errors == f"dkms does not install nvidia {VERSION} for kernel {NEW}\n"
    assert FAILS.said in done.said
    assert guard.read(GRUB) == BOOTS_OLD
    assert guard.read(f"{STATE}/held") == f"{OLD}\n"


def test_a_kernel_that_could_not_be_tried_never_boots(guard: ShellSandbox) -> None:
    fails = {"kernel *": Answer(status=1)}
    guard.tool("try-modules", fails, at="/opt/dlbox/driver/try-modules")
    done = guard.run(GUARD, "mend")
    assert done.status == 1
    assert f"compiles on kernel {NEW} was not found out" in done.errors
    assert [call for call in guard.calls("dkms") if "install" in call] == []
    assert guard.read(GRUB) == BOOTS_OLD


def test_a_kernel_whose_module_is_not_installed_is_in_no_other_kernels_way(
    guard: ShellSandbox,
) -> None:
    guard.path(f"/lib/modules/{OLD}/updates/dkms/nvidia.ko.xz").unlink()
    folder = f"/lib/modules/{OLD}/updates"
    installs = Answer(does=f"cat; mkdir -p {folder}; echo {VERSION} >{folder}/nvidia.ko")
    answers = {f"install * {NEW}": FAILS, f"install * {OLD}": installs}
    guard.tool("dkms", {"status": DKMS["status"], **answers})
    assert guard.run(GUARD, "mend").status == 1
    assert guard.calls("try-modules") == [
        f"try-modules kernel {NEW}",
        f"try-modules kernel {OLD}",
    ]
    assert guard.read(GRUB) == BOOTS_OLD


def test_a_menu_that_is_not_made_keeps_no_kernel_from_being_held(guard: ShellSandbox) -> None:
    guard.put(f"{MARK}/{NEW}", "a.c:1:2: error: too few arguments\n")
    guard.tool("update-grub", {"": Answer(status=1)})
    assert guard.run(GUARD, "mend").status == 1
    assert guard.read(f"{STATE}/held") == f"{OLD}\n"


def test_what_is_installed_of_the_kernel_that_boots_is_held(guard: ShellSandbox) -> None:
    settled(guard)
    assert guard.calls("apt-mark") == [
        f"apt-mark -q hold linux-headers-{OLD} linux-image-{OLD}"
    ]
    assert guard.read(f"{STATE}/held") == f"{OLD}\n"
    run(guard, "mend")
    assert len(guard.calls("apt-mark")) == 1


def test_a_kernel_that_need_not_be_kept_is_held_no_longer(guard: ShellSandbox) -> None:
    module(settled(guard), NEW)
    guard.packages(PACKAGES | {f"linux-headers-{OLD}": "6.12.95-1 rc"})
    run(guard, "mend")
    assert guard.calls("apt-mark")[1:] == [f"apt-mark -q unhold linux-image-{OLD}"]
    assert guard.read(f"{STATE}/held") == "\n"


def test_what_was_compiled_for_a_kernel_that_is_gone_goes_too(guard: ShellSandbox) -> None:
    module(guard, NEW)
    for kernel in (OLD, "6.1.0-9-amd64"):
        guard.put(f"{STATE}/cache/nvidia-{VERSION}/{kernel}/key.tar.gz")
    run(guard, "mend")
    assert [*guard.files(f"{STATE}/cache")] == [
        f"{STATE}/cache/nvidia-{VERSION}/{OLD}/key.tar.gz"
    ]
