"""Checks that hold after the base role has run."""

from __future__ import annotations

from pathlib import Path

import pytest
from testinfra.host import Host

from dlbox.host.layout import UV, lock_text
from dlbox.settings.schema import Settings
from roles.base.manifest import CA_BUNDLE, FOLDERS, PACKAGES, SLEEP
from roles.base.settings import Base


def test_dpkg_is_whole(box: Host) -> None:
    assert box.check_output("dpkg --audit") == ""


def test_tools_are_installed(box: Host, settings: Settings) -> None:
    wanted = (*PACKAGES, *settings[Base].packages)
    missing = [name for name in wanted if not box.package(name).is_installed]
    assert not missing, f"not installed: {', '.join(missing)}"


def test_apt_waits_for_the_lock(box: Host, settings: Settings) -> None:
    said = box.check_output("apt-config dump DPkg::Lock::Timeout")
    assert said == f'DPkg::Lock::Timeout "{settings[Base].lock_timeout_s}";'


@pytest.mark.parametrize("unit", SLEEP)
def test_the_box_does_not_sleep(box: Host, unit: str) -> None:
    mask = box.file(f"/etc/systemd/system/{unit}")
    assert mask.is_symlink, f"{unit} is not masked"
    assert mask.linked_to == "/dev/null", f"{unit} is not masked"


@pytest.mark.parametrize("folder", FOLDERS)
def test_folders_are_roots_alone_to_write(box: Host, folder: str) -> None:
    found = box.file(folder)
    assert (found.user, found.mode) == ("root", 0o755)


def test_the_extra_ca_is_trusted(box: Host, settings: Settings) -> None:
    bundle = settings[Base].ca_bundle
    if bundle is None:
        pytest.skip("base_ca_bundle is not set")
    text = Path(bundle).read_text(encoding="utf-8")
    assert box.file(CA_BUNDLE).content_string == text, f"{CA_BUNDLE} is not {bundle}"
    last = [line for line in text.splitlines() if line and not line.startswith("-")][-2]
    trusted = box.run("grep -qxF %s /etc/ssl/certs/ca-certificates.crt", last)
    assert trusted.succeeded, "the bundle is on the box but not in its trust store"


def test_uv_is_the_locked_one(box: Host) -> None:
    [wanted] = [line for line in lock_text("uv").splitlines() if line.startswith("uv==")]
    version = wanted.removeprefix("uv==").split()[0]
    assert box.check_output(f"{UV} --version").split()[1] == version
