"""What the kernel guard brings to a box, when it is called, and what it reads from GRUB's menu."""

import re
import subprocess
from pathlib import Path

import pytest

from dlbox.stack.components import Driver
from roles.nvidia_driver.kernels import programs
from tests.support.shell import ShellSandbox

GUARD = Path(programs.__file__).parent / "programs"
DRIVER = Driver(
    branch=550,
    version="550.163.01",
    pin="550.",
    flavour="open",
    source="distro",
    module="nvidia-open-kernel-dkms",
    same=("nvidia-smi", "libcuda1"),
    own=(),
    desktop=(),
    cuda="12.4",
)
MENU = """\
menuentry 'Debian GNU/Linux' --class os $menuentry_id_option 'gnulinux-simple-1b-2c' {
	linux	/boot/vmlinuz-6.12.118+deb13-amd64 root=UUID=1b-2c ro
}
submenu 'Advanced options for Debian GNU/Linux' $menuentry_id_option 'gnulinux-advanced-1b-2c' {
	menuentry 'Linux 6.12.118+deb13-amd64' --class os $menuentry_id_option 'gnulinux-6.12.118+deb13-amd64-advanced-1b-2c' {
	}
	menuentry 'Linux 6.12.95+deb12-amd64' --class os $menuentry_id_option 'gnulinux-6.12.95+deb12-amd64-advanced-1b-2c' {
	}
}
"""


def test_hooks_run_before_dkms_and_after_grub_and_never_fail() -> None:
    placed = programs.programs(DRIVER)
    theirs = [
        "apt-auto-removal",
        "dkms",
        "initramfs-tools",
        "unattended-upgrades",
        "zz-update-grub",
    ]
    for folder in ("postinst.d", "header_postinst.d"):
        ours = [Path(path).name for path in placed if f"/{folder}/" in path]
        order = sorted([*theirs, *ours])
        assert (order[0], order[-1]) == ("0-dlbox", "zzz-dlbox")
        # run-parts leaves out what is not made of these.
        assert all(re.fullmatch(r"[A-Za-z0-9_-]+", name) for name in ours)
    hooks = [file for path, file in placed.items() if path.startswith("/etc/kernel/")]
    assert len(hooks) == 5
    for hook in hooks:
        done = subprocess.run(
            ["sh", "-c", hook.text.replace("[ -x", "[ ! -x")], capture_output=True, text=True, check=False
        )  # fmt: skip
        assert done.returncode == 0
        assert "failed" in done.stderr


def test_a_hook_without_the_library_fails_no_package_and_says_why(tmp_path: Path) -> None:
    box, placed = ShellSandbox(tmp_path), programs.programs(DRIVER)
    hooks = [path for path in placed if path.startswith("/etc/kernel/")]
    for path in (*hooks, *(path for path in placed if path.startswith(programs.HOME))):
        box.put(path, placed[path].text, int(placed[path].mode, 8))
    box.path(f"{programs.HOME}/lib.sh").unlink()
    for hook in hooks:
        done = box.run(hook, "6.12")
        assert done.status == 0
        assert f"{programs.HOME}/lib.sh" in done.errors
        assert re.search(r"dlbox: (kernel-guard choose|try-modules kernel) failed", done.errors)


def test_what_others_read_is_written_before_them() -> None:
    placed = [Path(path).name for path in programs.programs(DRIVER)]
    assert placed[:3] == ["lib.sh", "kernels", "driver-package"]


def test_dkms_is_told_for_every_name_the_modules_have() -> None:
    confs = {path for path in programs.programs(DRIVER) if path.startswith("/etc/dkms/")}
    assert confs == {
        "/etc/dkms/nvidia.conf",
        "/etc/dkms/nvidia-current.conf",
        "/etc/dkms/nvidia-current-open.conf",
    }


@pytest.mark.parametrize(("refused", "autoinstall"), [(True, ""), (False, "yes")])
def test_dkms_leaves_out_what_is_refused(
    tmp_path: Path, *, refused: bool, autoinstall: str
) -> None:
    mark = tmp_path / "refused/nvidia-550.163.01/6.12.118"
    if refused:
        mark.parent.mkdir(parents=True)
        mark.write_text("error")
    conf = tmp_path / "conf"
    text = (GUARD / "override.conf").read_text()
    conf.write_text(text.replace("/var/lib/dlbox/modules", str(tmp_path)))
    script = (
        "module=nvidia module_version=550.163.01 kernelver=(6.12.118) AUTOINSTALL=yes MAKE=(make)"
        f'\n. {conf}; echo "$AUTOINSTALL|${{MAKE[0]}}|$BUILD_EXCLUSIVE_KERNEL"'
    )
    said = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    own = "make" if refused else "/opt/dlbox/driver/compile 6.12.118"
    pattern = "^refused-by-dlbox$" if refused else ""
    assert said.stdout == f"{autoinstall}|{own}|{pattern}\n"


@pytest.mark.parametrize(
    ("kernel", "entry"),
    [
        ("6.12.95+deb12-amd64", "gnulinux-advanced-1b-2c>gnulinux-6.12.95+deb12-amd64-advanced-1b-2c"),
        ("6.12.118+deb13-amd64", "gnulinux-advanced-1b-2c>gnulinux-6.12.118+deb13-amd64-advanced-1b-2c"),
        ("6.12.9", ""),
    ],
)  # fmt: skip
def test_a_kernels_entry_in_grubs_menu(tmp_path: Path, kernel: str, entry: str) -> None:
    menu = tmp_path / "grub.cfg"
    menu.write_text(MENU)
    text = (GUARD / "kernels").read_text()
    function = text[text.index("entry() {") :]
    script = function.replace("/boot/grub/grub.cfg", str(menu)) + f'\nentry "{kernel}"'
    said = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == entry
