"""Boxes with a .run driver, a .run CUDA or somebody's holds: refused by name, or converted; flavours switched."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dlbox.host.foreign import FIND
from dlbox.sandbox.container import Container, start
from dlbox.sandbox.engine import engine
from dlbox.sandbox.image import image
from dlbox.sandbox.mounts import download_cache
from tests.container.breakages import STUB
from tests.support.cli import bare_pyinfra, changed, dlbox, inventory
from tests.support.snapshot import changes, manifest

RELEASE = "debian-13"
KNOBS: dict[str, Any] = {
    "box_gpus": ["10de:2204"],
    "box_profile": "framework_only",
    "frameworks_names": [],
    "jupyter_install": False,
    "nvidia_driver_source": "distro",
    "nvidia_driver_flavour": "proprietary",
}
LIBRARY = "/usr/lib/x86_64-linux-gnu/libcuda.so.999.99"
LINK = "/usr/lib/x86_64-linux-gnu/libcuda.so.1"
MODULE = "/lib/modules/6.1.0-test/kernel/drivers/video/nvidia.ko"
LOG = "/var/lib/nvidia/log"
RECORD = re.compile(
    r"/var/lib/dlbox/(generations|current|applied.yaml|packages|left|said|before)\b"
)
"""What dlbox writes down of each run that changes something."""
TOOLKIT = "/usr/local/cuda-12.8"
UNINSTALLER = "/usr/bin/nvidia-uninstall"
TOLD = "/root/uninstaller-was-told"
ADOPTED = "/var/lib/dlbox/adopted"
# What a .run driver is made of, and what its uninstaller may do.
RUN_FILE = f"""
mkdir -p {Path(MODULE).parent} && mkdir -m 700 {Path(LOG).parent}
echo module >{MODULE}; echo library >{LIBRARY}; echo 999.99 >{LOG}; ln -s {Path(LIBRARY).name} {LINK}
"""
GONE = f"rm -rf {Path(LOG).parent} {LIBRARY} {LINK} /lib/modules/6.1.0-test"


def uninstaller(does: str) -> str:
    """Return shell that puts a stand-in of NVIDIA's uninstaller there, which notes its words."""
    return (
        f"rm -f {TOLD}; printf '%s\\n' '#!/bin/sh' 'echo \"$0 $*\" >>{TOLD}' '{does}' "
        f">{UNINSTALLER}; chmod 755 {UNINSTALLER}"
    )


def stub(name: str, version: str) -> str:
    """Return shell that installs an empty package of this name."""
    made = STUB.format(name=name, version=version, source="stub")
    return f"{made}dpkg-deb -b /tmp/stub /tmp/stub.deb >/dev/null; dpkg -i /tmp/stub.deb\n"


HELD = f"{stub('libcuda1', '535.1-1')}{stub('nvidia-smi', '535.1-1')}apt-mark hold libcuda1 nvidia-smi"
CLEAN = f"dpkg --purge libcuda1 nvidia-smi nvidia-kernel-dkms; rm -rf {ADOPTED} {TOLD}"


@dataclass(frozen=True)
class Situation:
    """One way a box came to a driver or a CUDA that is not dlbox's."""

    name: str
    cause: str
    """Shell, as root, on a clean box."""
    says: str
    """What `up` says of it."""
    moved: tuple[str, ...] = ()
    """What adoption moves below ADOPTED."""


RUN_OF = "a driver of NVIDIA's .run file: "
SITUATIONS = (
    Situation(
        "a .run driver",
        f"{RUN_FILE}{uninstaller(f'{GONE} {UNINSTALLER}')}",
        f"{RUN_OF}{UNINSTALLER}, {MODULE}, {LINK} and 2 more",
    ),
    Situation(
        "a .run driver whose uninstaller leaves files behind",
        f"{RUN_FILE}{uninstaller(f'rm {UNINSTALLER} {LINK}')}",
        f"{RUN_OF}{UNINSTALLER}, {MODULE}, {LINK} and 2 more",
        (LIBRARY, MODULE, LOG),
    ),
    Situation(
        "what a .run driver left",
        f"{RUN_FILE}mkdir -p /usr/src/nvidia-999.99; echo >/usr/src/nvidia-999.99/dkms.conf",
        f"{RUN_OF}/usr/src/nvidia-999.99/dkms.conf, {MODULE}, {LINK} and 2 more",
        (LIBRARY, LINK, MODULE, LOG, "/usr/src/nvidia-999.99/dkms.conf"),
    ),
    Situation(
        "a .run CUDA",
        f"mkdir -p {TOOLKIT}/bin; echo >{TOOLKIT}/bin/cuda-uninstaller; ln -sn {TOOLKIT} /usr/local/cuda",
        f"a CUDA of NVIDIA's .run file: {TOOLKIT}/bin/cuda-uninstaller",
        (f"{TOOLKIT}/bin/cuda-uninstaller", "/usr/local/cuda"),
    ),
    Situation(
        "a CUDA where ours is a link",
        "mkdir /usr/local/cuda; echo >/usr/local/cuda/version.json",
        "a CUDA of NVIDIA's .run file: /usr/local/cuda",
        ("/usr/local/cuda/version.json",),
    ),
    Situation(
        "a driver that somebody holds",
        HELD,
        "a driver that somebody holds: libcuda1 535.1-1, nvidia-smi 535.1-1",
    ),
)
ALL = pytest.mark.parametrize("situation", SITUATIONS, ids=lambda situation: situation.name)


@pytest.fixture(scope="module")
def box() -> Iterator[Container]:
    os.environ.update(engine().environment())
    made = start(
        "dlbox-test-foreign", image(RELEASE), disposable=True, mounts=download_cache(RELEASE)
    )
    yield made
    made.remove()


@pytest.fixture
def found(box: Container, situation: Situation) -> Iterator[Container]:
    """Return the box in this situation."""
    box.run("sh", "-c", situation.cause)
    yield box
    leftovers = f"{TOOLKIT} /usr/local/cuda /usr/src/nvidia-999.99 {UNINSTALLER}"
    box.run("sh", "-c", f"{GONE} {leftovers}; {CLEAN}", check=False)


def state(box: Container) -> list[str]:
    """Return the manifest and, beside it, all that adoption or a driver may touch."""
    trees = "/usr/bin/nvidia* /usr/lib/modules /usr/lib/modprobe.d /usr/src /var/lib/nvidia /var/lib/dlbox"
    look = f"find {trees} /usr/lib/x86_64-linux-gnu/lib*cuda* -printf '%p %y %m %s %l\\n' 2>/dev/null"
    more = box.run("sh", "-c", f"{look}; apt-mark showhold; true").stdout.splitlines()
    return [line for line in (*manifest(box), *more) if not RECORD.match(line)]


def foreign(box: Container) -> list[str]:
    return box.run("sh", "-c", FIND).stdout.splitlines()


ALL_KINDS = "kinds=('runfile', 'cuda', 'held')"


def adopt(box: Container, folder: Path, words: str = ALL_KINDS) -> tuple[int, str]:
    """Run the operation alone."""
    file = folder / "adopt.py"
    file.write_text(
        f"from roles.nvidia_driver.adopt.operations import adopt\nadopt(name='Adopt', {words})\n"
    )
    run = bare_pyinfra(box.host, file, "-y")
    return run.returncode, run.stdout


def test_a_bare_box_has_nothing_foreign(box: Container, tmp_path: Path) -> None:
    assert foreign(box) == []
    code, said = adopt(box, tmp_path)
    assert (code, changed(said)) == (0, [])


@ALL
def test_up_refuses_it_by_name_and_changes_nothing(
    found: Container, tmp_path: Path, situation: Situation
) -> None:
    before = state(found)
    run = dlbox("up", inventory(tmp_path, (found, KNOBS)), "-y")
    assert run.returncode == 3, run.stdout[-3000:]
    assert f"refused, nothing was changed: {situation.says}" in run.stdout
    assert "\n  -> nvidia_driver_adopt = True converts it, or by hand: " in run.stdout
    assert changes(before, state(found)) == []


@ALL
def test_adoption_converts_it_and_then_changes_nothing(
    found: Container, tmp_path: Path, situation: Situation
) -> None:
    kept = {p: found.run("cat", p, check=False).stdout for p in situation.moved}
    code, said = adopt(found, tmp_path)
    assert (code, changed(said)[:1]) == (0, ["Adopt"]), said[-3000:]
    assert foreign(found) == []
    folders = found.run("sh", "-c", f"ls -d {ADOPTED}/* || true").stdout.split()
    assert len(folders) == bool(situation.moved)
    for path, text in kept.items():
        assert (
            found.run("sh", "-c", f"[ ! -e {path} ] && [ ! -L {path} ]", check=False).returncode
            == 0
        )
        assert found.run("cat", f"{folders[0]}{path}", check=False).stdout == text
        assert f"what stood in the way lies in {folders[0]} now" in said
    before = state(found)
    code, said = adopt(found, tmp_path)
    assert (code, changed(said)) == (0, []), said[-3000:]
    assert changes(before, state(found)) == []


SILENT = pytest.mark.parametrize("situation", SITUATIONS[:1], ids=["a .run driver"])


@SILENT
def test_the_uninstaller_is_told_to_ask_nothing(found: Container, tmp_path: Path) -> None:
    adopt(found, tmp_path)
    assert found.run("cat", TOLD).stdout == f"{UNINSTALLER} -s\n"


@SILENT
def test_an_uninstaller_that_fails_stops_the_step(found: Container, tmp_path: Path) -> None:
    fails = 'echo "Uninstalling" >&2; echo "ERROR: You must be root" >&2; exit 1'
    found.run("sh", "-c", f"{uninstaller(fails)}; {HELD}; mkdir /usr/local/cuda")
    before = state(found)
    code, said = adopt(found, tmp_path)
    assert code == 1
    last = f"{UNINSTALLER} -s failed and nothing else was done: ERROR: You must be root"
    assert last in said, said[-3000:]
    assert changes(before, state(found)) == []


@SILENT
def test_nothing_is_converted_under_a_running_job(found: Container, tmp_path: Path) -> None:
    before = state(found)
    code, said = adopt(found, tmp_path, f"{ALL_KINDS}, in_use='pid 7 ada train.py'")
    assert code == 1
    assert "the GPU is in use, so nothing was converted: pid 7 ada train.py" in said
    assert changes(before, state(found)) == []


@pytest.mark.parametrize("situation", SITUATIONS[5:], ids=["a driver that somebody holds"])
def test_holds_are_left_alone_where_no_driver_is_planned(
    found: Container, tmp_path: Path
) -> None:
    before = state(found)
    code, said = adopt(found, tmp_path, "kinds=('runfile', 'cuda')")
    assert (code, changed(said)) == (0, [])
    assert changes(before, state(found)) == []


@pytest.mark.parametrize("situation", SITUATIONS[4:5], ids=["a CUDA where ours is a link"])
def test_a_cuda_of_a_package_is_not_moved(found: Container, tmp_path: Path) -> None:
    packed = STUB.format(name="cuda-of-mine", version="1", source="stub")
    found.run(
        "sh",
        "-c",
        f"{packed}mkdir -p /tmp/stub/usr/local/cuda; echo 1 >/tmp/stub/usr/local/cuda/version.json\n"
        "dpkg-deb -b /tmp/stub /tmp/stub.deb >/dev/null; dpkg -i /tmp/stub.deb",
    )
    before = state(found)
    code, said = adopt(found, tmp_path)
    assert code == 1
    assert "/usr/local/cuda is of the package cuda-of-mine: remove that, then run again" in said
    assert changes(before, state(found)) == []
    found.run("dpkg", "--purge", "cuda-of-mine")


def test_a_search_path_to_another_cuda_is_refused_with_and_without_adoption(
    box: Container, tmp_path: Path
) -> None:
    other = "mkdir -p /opt/conda/lib; echo >/opt/conda/lib/libcudart.so.12"
    box.run(
        "sh", "-c", f"{other}; echo 'LD_LIBRARY_PATH=\"/x:/opt/conda/lib\"' >>/etc/environment"
    )
    before = state(box)
    try:
        for knobs in (KNOBS, {**KNOBS, "nvidia_driver_adopt": True}):
            run = dlbox("up", inventory(tmp_path, (box, knobs)), "-y")
            assert run.returncode == 3, run.stdout[-3000:]
            assert (
                "a search path to another CUDA: /opt/conda/lib/libcudart.so.12\n  -> take"
                in run.stdout
            )
        assert changes(before, state(box)) == []
    finally:
        box.run("sh", "-c", "rm -rf /opt/conda; sed -i '/^LD_LIBRARY_PATH/d' /etc/environment")


def test_a_mix_of_drivers_is_refused_by_name(box: Container, tmp_path: Path) -> None:
    box.run("sh", "-c", stub("libcuda1", "535.1-1") + stub("nvidia-kernel-dkms", "530.2-1"))
    before = state(box)
    run = dlbox("up", inventory(tmp_path, (box, KNOBS)), "-y")
    assert run.returncode == 3, run.stdout[-3000:]
    mixed = "a driver of mixed versions: libcuda1 535.1-1, nvidia-kernel-dkms 530.2-1\n  -> "
    assert mixed in run.stdout
    assert changes(before, state(box)) == []


def test_up_adopts_all_of_it_and_the_driver_stands(box: Container, tmp_path: Path) -> None:
    """On the mix that the test before has left."""
    toolkit = "mkdir /usr/local/cuda"
    left = uninstaller(f"rm {UNINSTALLER}")
    box.run("sh", "-c", f"{RUN_FILE}{left}; apt-mark hold libcuda1; {toolkit}")
    boxes = inventory(tmp_path, (box, {**KNOBS, "nvidia_driver_adopt": True}))
    run = dlbox("up", boxes, "-y")
    assert run.returncode == 0, run.stdout[-4000:]
    assert "driver 550 (proprietary), held" in run.stdout
    assert box.run("sh", "-c", f"cat {ADOPTED}/*{LIBRARY}").stdout == "library\n"
    assert foreign(box) == [], "Debian's own driver is taken for a foreign one"
    proof = dlbox("verify", boxes, "--", "-k", "nvidia_driver or packages")
    assert proof.returncode == 0, proof.stdout[-4000:]
    again = dlbox("up", inventory(tmp_path, (box, KNOBS)), "-y")
    assert (again.returncode, changed(again.stdout)) == (0, []), again.stdout[-3000:]


def test_open_and_back_leaves_nothing_of_the_open_flavour(
    box: Container, tmp_path: Path
) -> None:
    """On the driver that the test before has left."""
    modules = {"open": "nvidia-open-kernel-dkms", "proprietary": "nvidia-kernel-dkms"}
    names = {"open": "nvidia-current-open", "proprietary": "nvidia-current"}
    assert flavours(box) == [modules["proprietary"]]
    before = state(box)
    for flavour, other in (("open", "proprietary"), ("proprietary", "open")):
        boxes = inventory(tmp_path, (box, {**KNOBS, "nvidia_driver_flavour": flavour}))
        plan = dlbox("plan", boxes)
        assert re.search(f"removed: .*{modules[other]}", plan.stdout), plan.stdout[-3000:]
        run = dlbox("up", boxes, "-y")
        assert run.returncode == 0, run.stdout[-4000:]
        assert flavours(box) == [modules[flavour]]
        # Debian's modules have names of their own, and alternatives say which modprobe means.
        assert (
            f"install nvidia modprobe -i {names[flavour]} " in box.run("modprobe", "-c").stdout
        )
        assert box.run("dpkg", "--audit").stdout == ""
        again = dlbox("up", boxes, "-y")
        assert (again.returncode, changed(again.stdout)) == (0, []), again.stdout[-3000:]
    assert changes(before, state(box)) == []


def test_dkms_forgets_the_module_of_a_run_driver(box: Container, tmp_path: Path) -> None:
    """Else it would be built for every kernel to come; DKMS came with the driver."""
    config = "PACKAGE_NAME=nvidia\nPACKAGE_VERSION=999.99\nAUTOINSTALL=yes\nBUILT_MODULE_NAME[0]=nvidia\nDEST_MODULE_LOCATION[0]=/updates\n"
    box.run("mkdir", "/usr/src/nvidia-999.99")
    box.run("tee", "/usr/src/nvidia-999.99/dkms.conf", input=config)
    box.run("dkms", "add", "-m", "nvidia", "-v", "999.99")
    assert "nvidia/999.99: added" in box.run("dkms", "status").stdout
    code, said = adopt(box, tmp_path)
    assert code == 0, said[-3000:]
    known = box.run("dkms", "status").stdout
    assert "999.99" not in known
    assert "nvidia-current/550.163.01" in known, "Debian's own must stay"
    assert (
        box.run("sh", "-c", f"cat {ADOPTED}/*/usr/src/nvidia-999.99/dkms.conf").stdout == config
    )


def test_a_driver_that_is_no_longer_asked_for_goes(box: Container, tmp_path: Path) -> None:
    boxes = inventory(tmp_path, (box, {**KNOBS, "box_gpus": []}))
    run = dlbox("up", boxes, "-y")
    assert run.returncode == 0, run.stdout[-4000:]
    assert flavours(box) == []
    assert box.run("apt-mark", "showhold").stdout == ""
    for left in ("/etc/modprobe.d/dlbox-nvidia.conf", "/etc/dkms/nvidia.conf"):
        assert box.run("test", "-e", left, check=False).returncode == 1, left
    assert box.run("dpkg", "--audit").stdout == ""
    assert changed(dlbox("up", boxes, "-y").stdout) == []


def test_no_driver_comes_where_no_kernel_can_have_its_module(
    box: Container, tmp_path: Path
) -> None:
    """A kernel that the archive has dropped: its headers are not to be had any more."""
    box.run("touch", "/boot/vmlinuz-6.12.1-dropped")
    run = dlbox("up", inventory(tmp_path, (box, KNOBS)), "-y")
    box.run("rm", "/boot/vmlinuz-6.12.1-dropped")
    assert run.returncode == 1, run.stdout[-3000:]
    assert (
        "nvidia-current 550.163.01 on kernel 6.12.1-dropped: there are no headers for it: "
        "linux-headers-6.12.1-dropped is not installed, and apt has none"
    ) in run.stdout
    assert "no kernel of this box can have these modules" in run.stdout
    assert flavours(box) == []
    assert box.run("dpkg", "--audit").stdout == ""


def flavours(box: Container) -> list[str]:
    """Return the installed packages with the driver's modules."""
    said = box.run(
        "dpkg-query", "-W", "-f=${Package} ${db:Status-Abbrev}\\n", "nvidia-*", check=False
    ).stdout
    rows = [line.split() for line in said.splitlines()]
    return [row[0] for row in rows if "dkms" in row[0] and row[1] != "un"]
