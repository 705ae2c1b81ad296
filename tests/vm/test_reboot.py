"""A machine that is really rebooted: asked for, waited for, judged; under an inhibitor, and lost on the way."""

from __future__ import annotations

import base64
import lzma
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.support.cli import ROOT
from tests.vm.base_machine import Plain
from tests.vm.layout import ROOT_UUID
from tests.vm.machine import Machine

NOTE = "/var/lib/dlbox/reboot"
VERSION = "8.4.11"
"""Of the kernel's module drbd, which stands in for the driver's."""
DEPLOY = """
from pyinfra import host
from dlbox.apply.results import Results
from roles.nvidia_driver.reboot.operations import reboot
result = Results.of(host.state)[host.name]
reboot(name="Reboot", package="libcuda1", policy={policy!r}, timeout_s={limit}, result=result)
"""
RUN = """
import sys
from dlbox.apply.results import take_results
from dlbox.cli import up
from dlbox.cli.request import parse_request
state, code = up.run_pyinfra(parse_request(sys.argv[2:]), sys.argv[1])
results = take_results(state)
for name, box in results.items():
    print(f"{name}: {box.failed or box.reboot}")
sys.exit(up.exit_code(code, results, state))
"""
DRIVER = f"""
set -e
mkdir -p /tmp/stub/DEBIAN
printf 'Package: libcuda1\\nVersion: {VERSION}-1\\nArchitecture: all\\n' >/tmp/stub/DEBIAN/control
printf 'Maintainer: a test <test@example.com>\\nDescription: stub\\n' >>/tmp/stub/DEBIAN/control
dpkg-deb -b /tmp/stub /tmp/stub.deb
dpkg -i /tmp/stub.deb
"""
BELONGS = f"""
set -e
rm -f /lib/modules/*/updates/nvidia.ko.xz
install -D "$(modinfo -k "$1" -F filename drbd)" "/lib/modules/$1/updates/nvidia.ko.xz"
menu='gnulinux-advanced-{ROOT_UUID}>gnulinux-%s-advanced-{ROOT_UUID}'
printf "GRUB_DEFAULT='$menu'\\n" "$1" >/etc/default/grub.d/wanted.cfg
update-grub
"""
# softdog counts who has opened /dev/watchdog0, and stays in use once somebody had: it has to be
# stopped first. Its timer, in seconds, is as long as it takes.
BUSY_NOUVEAU = """
set -e
modprobe watchdog
insmod /srv/nouveau.ko soft_margin=65535
: </dev/watchdog0
"""


@pytest.fixture(scope="module")
def machine(plain: Plain) -> Iterator[Machine]:
    """Return a machine with logind and a stand-in driver; a reboot switches it off at first."""
    made = Machine("reboot", plain.base, plain.key)
    try:
        made.restore(plain.snapshot, no_reboot=True)
        made.run("sh", "-c", DRIVER)
        yield made
    finally:
        made.remove()


def up(machine: Machine, folder: Path, policy: str, limit: int = 600) -> CompletedProcess[str]:
    """Run the end of ``up`` alone, with its exit code, and with what it says of the box last."""
    machine.ssh.hang_up()  # this test's own session is one of a person who is logged in
    deploy, boxes = folder / "deploy.py", folder / "boxes.py"
    deploy.write_text(DEPLOY.format(policy=policy, limit=limit), encoding="utf-8")
    boxes.write_text(f"boxes = [('m', {machine.ssh.inventory()!r})]\n", encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-c", RUN, str(deploy), str(boxes), "-y"],
        cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, timeout=1200, check=False,
    )  # fmt: skip


def boot(machine: Machine) -> tuple[str, str]:
    """Return the boot id and the kernel."""
    said = machine.run("sh", "-c", "cat /proc/sys/kernel/random/boot_id; uname -r").stdout
    boot_id, kernel = said.split()
    return boot_id, kernel


def belongs(machine: Machine, kernel: str) -> None:
    """Let the driver have a module for this kernel alone, and let it boot next."""
    machine.run("sh", "-c", BELONGS, "sh", kernel)


def nouveau(machine: Machine, folder: Path) -> None:
    """Load a module of that name that is in use: another of the kernel's, renamed."""
    kernel = boot(machine)[1]
    path = f"/lib/modules/{kernel}/kernel/drivers/watchdog/softdog.ko.xz"
    data = lzma.decompress(base64.b64decode(machine.run("base64", path).stdout))
    unsigned = data.removesuffix(b"~Module signature appended~\n")
    assert unsigned.count(b"\0softdog\0") == 1
    module = folder / "nouveau.ko"
    module.write_bytes(unsigned.replace(b"\0softdog\0", b"\0nouveau\0"))
    machine.copy_in(module, "/srv/nouveau.ko")
    machine.run("sh", "-c", BUSY_NOUVEAU)
    assert machine.run("cat", "/sys/module/nouveau/refcnt").stdout.strip() != "0"


def has_note(machine: Machine) -> bool:
    return machine.run("test", "-e", NOTE, check=False).returncode == 0


@contextmanager
def inhibited(machine: Machine) -> Iterator[None]:
    """Let something keep the machine from being shut down."""
    machine.run(
        *("systemd-run", "--quiet", "--unit=keep", "systemd-inhibit", "--what=shutdown"),
        *("--who=backup", "--why=nightly copy", "--mode=block", "sleep", "infinity"),
    )
    yield
    machine.run("systemctl", "stop", "keep", check=False)


def last(run: CompletedProcess[str]) -> str:
    return run.stdout.splitlines()[-1]


def test_a_machine_that_is_right_is_not_rebooted(
    machine: Machine, tmp_path: Path, plain: Plain
) -> None:
    belongs(machine, plain.new)
    before = boot(machine)
    run = up(machine, tmp_path, "now")
    assert (run.returncode, last(run)) == (0, "m: None"), run.stdout
    assert boot(machine) == before


def test_people_and_inhibitors_are_named_and_waited_for(
    machine: Machine, tmp_path: Path, plain: Plain
) -> None:
    belongs(machine, plain.old)
    before = boot(machine)
    why = f"m: kernel {plain.new} has no module of driver {VERSION}, {plain.old} has one"
    with inhibited(machine):
        run = up(machine, tmp_path, "if-needed")
        assert (run.returncode, last(run)) == (5, f"{why}; waits for backup (nightly copy)")
    with subprocess.Popen([*machine.ssh.words(), "-S", "none", "root@127.0.0.1", "sleep 600"]):
        run = up(machine, tmp_path, "if-needed")
        machine.run("pkill", "-x", "sleep")
    assert (run.returncode, last(run)) == (5, f"{why}; waits for root from 10.0.2.2"), (
        run.stdout
    )
    run = up(machine, tmp_path, "never")
    assert (run.returncode, last(run)) == (5, why)
    assert boot(machine) == before
    assert not has_note(machine)


def test_a_machine_that_does_not_return_is_given_up_and_made_up_for(
    machine: Machine, tmp_path: Path, plain: Plain
) -> None:
    before, kernel = boot(machine)
    # Long enough for a slow shutdown: one that answers until then has "not rebooted" instead.
    run = up(machine, tmp_path, "if-needed", limit=40)
    assert run.returncode == 1, run.stdout
    assert last(run).startswith("m: did not return within 40 s (asked at "), run.stdout
    assert last(run).endswith(f", boot id {before})")
    machine.power.ended(120)
    assert not machine.is_on
    machine.start()
    machine.wait_for_ssh()
    assert kernel == plain.new
    came, kernel = boot(machine)
    assert came != before
    assert kernel == plain.old
    assert has_note(machine)
    run = up(machine, tmp_path, "if-needed")
    assert (run.returncode, last(run)) == (0, "m: None"), run.stdout
    assert boot(machine) == (came, plain.old)
    assert not has_note(machine)


def test_now_reboots_under_an_inhibitor_and_judges_what_came_back(
    machine: Machine, tmp_path: Path, plain: Plain
) -> None:
    belongs(machine, plain.new)
    before, _ = boot(machine)
    with inhibited(machine):
        run = up(machine, tmp_path, "now")
    assert (run.returncode, last(run)) == (0, "m: None"), run.stdout
    came, kernel = boot(machine)
    assert came != before
    assert kernel == plain.new
    assert not has_note(machine)


def test_nouveau_in_use_asks_for_a_reboot_and_a_wrong_kernel_is_told(
    machine: Machine, plain: Plain, tmp_path: Path
) -> None:
    nouveau(machine, tmp_path)
    run = up(machine, tmp_path, "never")
    assert (run.returncode, last(run)) == (
        5,
        "m: nouveau is loaded in the driver's place",
    ), run.stdout
    older = f"gnulinux-advanced-{ROOT_UUID}>gnulinux-{plain.old}-advanced-{ROOT_UUID}"
    machine.run(
        *("systemd-run", "--quiet", "--unit=elsewhere", "--property=RemainAfterExit=yes"),
        *(f"--property=ExecStop=grub-reboot '{older}'", "true"),
    )
    before, _ = boot(machine)
    run = up(machine, tmp_path, "now")
    wrong = f"came back with kernel {plain.old} where {plain.new} was expected"
    assert (run.returncode, last(run)) == (1, f"m: {wrong}"), run.stdout
    came, _ = boot(machine)
    assert came != before
    assert machine.run("ls", "/sys/module/nouveau", check=False).returncode
    run = up(machine, tmp_path, "now")
    assert run.returncode == 1
    assert f"it {wrong} | mend it, then reboot the box" in last(run)
    assert boot(machine) == (came, plain.old), "it must not boot in circles"
