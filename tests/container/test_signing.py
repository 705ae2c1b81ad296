"""Modules that real dkms builds and signs for real kernels, and every way a signature can be wrong."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import testinfra
from testinfra.host import Host

from dlbox.host.mok import READ_MOK, Mok, parse_mok
from dlbox.sandbox.container import Container, start
from dlbox.sandbox.engine import engine
from dlbox.sandbox.image import image
from dlbox.sandbox.mounts import download_cache
from roles.nvidia_driver.secure_boot import verify
from tests.support.cli import bare_pyinfra, changed

APT = ("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "--yes")
# The cloud kernels are the smallest that Debian has, and sign modules as the others do.
PACKAGES = ("dkms", "gcc", "make", "libc6-dev", "linux-headers-cloud-amd64")
SOURCE = "/usr/src/hello-1.0"
HELLO = {
    f"{SOURCE}/hello.c": """
#include <linux/module.h>
static int __init hello_init(void) { pr_info("hello: loaded\\n"); return 0; }
static void __exit hello_exit(void) { }
module_init(hello_init);
module_exit(hello_exit);
MODULE_LICENSE("GPL");
""",
    f"{SOURCE}/Makefile": "obj-m := hello.o\n",
    f"{SOURCE}/dkms.conf": """
PACKAGE_NAME="hello"
PACKAGE_VERSION="1.0"
BUILT_MODULE_NAME[0]="hello"
DEST_MODULE_LOCATION[0]="/updates/dkms"
AUTOINSTALL="yes"
""",
}
DEPLOY = """
from dlbox.host import apt
from roles.nvidia_driver.secure_boot.operations import SIGNING_TOOLS, sign
apt.install(name="Install the signing tools", wanted=dict.fromkeys(SIGNING_TOOLS, ""))
sign(name="Sign", modules="hello")
"""
KERNEL = 'kernel=$(ls /lib/modules | head -n 1); module=$(modinfo -k "$kernel" -n hello)'
# A module is compressed on Debian 13 and not on Debian 12.
OPENED = (
    f'set -e; {KERNEL}; case $module in *.xz) xz -d "$module"; module=${{module%.xz}} ;; esac'
)
STRIPPED = f'{OPENED}; strip --strip-debug "$module"; depmod "$kernel"'
BY_ANOTHER = f"""{OPENED}; cd /root
openssl req -new -x509 -nodes -days 9 -subj '/CN=another' -newkey rsa:2048 -keyout a.key \
  -outform DER -out a.pub 2>/dev/null
"/lib/modules/$kernel/build/scripts/sign-file" sha256 a.key a.pub "$module"; depmod "$kernel"
"""
HIDDEN = "mv /usr/bin/openssl /usr/bin/openssl.away"
SHOWN = "mv /usr/bin/openssl.away /usr/bin/openssl"


def build(box: Container) -> None:
    """Have a small module built by dkms, and so signed."""
    for path, text in HELLO.items():
        box.run("install", "-D", "-m", "644", "/dev/stdin", path, input=text)
    box.run("sh", "-c", "dkms install hello/1.0 -k $(ls /lib/modules | head -n 1)")


# Debian 13 and its dkms are those of tests/vm/test_secure_boot.py.
@pytest.fixture(scope="module", params=["debian-12"])
def box(request: pytest.FixtureRequest) -> Iterator[Container]:
    """Return a box with a kernel's headers and a module."""
    os.environ.update(engine().environment())
    release: str = request.param
    made = start(
        f"dlbox-test-signing-{release}",
        image(release),
        disposable=True,
        mounts=download_cache(release),
    )
    try:
        made.run("apt-get", "update")
        made.run(*APT, "--no-install-recommends", *PACKAGES, timeout=900)
        build(made)
        yield made
    finally:
        made.remove()


@pytest.fixture
def checked(box: Container) -> Host:
    return testinfra.get_host(box.testinfra)


def key(box: Container) -> Mok:
    return parse_mok(box.run("sh", "-c", READ_MOK).stdout.strip().removeprefix("mok "))


def signed(box: Container, checked: Host) -> None:
    """Run the check of the signatures."""
    found = verify.signers(checked, "hello.ko*")
    verify.test_every_module_is_signed_by_the_boxs_own_key(checked, key(box), found)


def up(box: Container, folder: Path) -> subprocess.CompletedProcess[str]:
    """Let pyinfra have the module signed."""
    deploy = folder / "deploy.py"
    deploy.write_text(DEPLOY, encoding="utf-8")
    return bare_pyinfra(box.host, deploy, "-y")


def test_dkms_makes_a_key_that_is_roots_alone_and_signs_with_it(
    box: Container, checked: Host
) -> None:
    assert key(box) == Mok("made", "/var/lib/dkms/mok.pub", "/var/lib/dkms/mok.key")
    modes = box.run("stat", "-c", "%a %U", "/var/lib/dkms/mok.key", "/var/lib/dkms/mok.pub")
    assert modes.stdout.splitlines() == ["600 root", "644 root"]
    verify.test_the_key_is_roots_alone(checked, key(box))
    assert list(verify.signers(checked, "hello.ko*").values()) == [
        verify.certificate(checked, key(box), "-serial")
    ]
    signed(box, checked)


def test_a_signed_module_is_left_alone(box: Container, tmp_path: Path) -> None:
    up(box, tmp_path)
    run = up(box, tmp_path)
    assert run.returncode == 0, run.stdout[-3000:]
    assert changed(run.stdout) == []


@pytest.mark.parametrize(
    ("cause", "says"),
    [
        (STRIPPED, "is not signed"),
        (BY_ANOTHER, "is signed by "),
        ("rm /var/lib/dkms/mok.key && dkms build --force hello/1.0 -k $(ls /lib/modules)", "is signed by "),
    ],
    ids=["stripped", "signed by another key", "the key was made anew"],
)  # fmt: skip
def test_a_wrong_signature_is_found_and_mended(
    box: Container, checked: Host, tmp_path: Path, cause: str, says: str
) -> None:
    box.run("bash", "-c", cause)
    with pytest.raises(AssertionError, match=says):
        signed(box, checked)
    run = up(box, tmp_path)
    assert run.returncode == 0, run.stdout[-3000:]
    assert changed(run.stdout)[0] == "Sign"
    signed(box, checked)


def test_what_dkms_cannot_sign_fails_in_one_line(box: Container, tmp_path: Path) -> None:
    box.run("sh", "-c", f"rm /var/lib/dkms/mok.*; {HIDDEN}")
    try:
        run = up(box, tmp_path)
    finally:
        box.run("sh", "-c", SHOWN)
    assert run.returncode == 1, run.stdout[-3000:]
    assert "dkms does not sign it" in run.stdout


def test_a_box_without_a_key_says_so_and_gets_one(
    box: Container, checked: Host, tmp_path: Path
) -> None:
    assert key(box).state == "none"
    with pytest.raises(AssertionError, match=r"mok\.pub"):
        signed(box, checked)
    assert up(box, tmp_path).returncode == 0
    assert key(box).state == "made"
    signed(box, checked)


def test_no_module_at_all_is_no_signed_module(box: Container, checked: Host) -> None:
    with pytest.raises(AssertionError, match="no module"):
        verify.test_every_module_is_signed_by_the_boxs_own_key(checked, key(box), {})


@pytest.mark.parametrize("cause", ["chmod 640", "chown daemon"])
def test_a_key_that_others_can_use_is_found(box: Container, checked: Host, cause: str) -> None:
    box.run("sh", "-c", f"{cause} /var/lib/dkms/mok.key")
    try:
        with pytest.raises(AssertionError, match="others than root can use"):
            verify.test_the_key_is_roots_alone(checked, key(box))
    finally:
        box.run("sh", "-c", "cd /var/lib/dkms && chown root mok.key && chmod 600 mok.key")


def test_a_kernel_that_does_not_know_the_key_is_found(box: Container, checked: Host) -> None:
    with pytest.raises(
        AssertionError, match=r"not enrolled: sudo mokutil --import /var/lib/dkms"
    ):
        verify.test_the_kernel_knows_the_key(checked, key(box))
