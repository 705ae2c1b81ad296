"""The configuration of apt."""

from __future__ import annotations

from roles.base.manifest import apt_conf
from roles.base.settings import Base


def test_apt_waits_as_long_as_it_is_told() -> None:
    assert apt_conf(Base(lock_timeout_s=30)).splitlines()[1:] == [
        'DPkg::Lock::Timeout "30";',
        'Acquire::Retries "3";',
        "// The driver and CUDA leave gigabytes of .deb files behind.",
        'APT::Keep-Downloaded-Packages "false";',
    ]
