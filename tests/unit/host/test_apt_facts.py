"""What dpkg and apt say of packages."""

from __future__ import annotations

import pytest

from dlbox.host.apt_facts import (
    DRIVER_SOURCES,
    GPU_SOURCES,
    AptCandidate,
    AptCandidates,
    Package,
    candidates,
    is_gpu_package,
    parse_candidates,
    parse_packages,
)


def test_only_installed_packages_count() -> None:
    said = """\
libcuda1 550.163.01-2 hi  nvidia-graphics-drivers
jq 1.7.1-6 ii  jq
gone 1 rc  gone
half 1 iF  half
never  un 
broken 1 iHR broken
""".splitlines()  # noqa: W291 - dpkg-query pads the status
    assert parse_packages(said) == {
        "libcuda1": Package("550.163.01-2", "nvidia-graphics-drivers", held=True),
        "jq": Package("1.7.1-6", "jq", held=False),
    }


def package(version: str, source: str = "x") -> Package:
    return Package(version, source, held=False)


@pytest.mark.parametrize(
    ("version", "source", "pin", "belongs"),
    [
        ("550.163.01-2", "nvidia-graphics-drivers", "", True),
        ("550.163.01-2", "nvidia-open-gpu-kernel-modules", "", True),
        ("550.163.01-2", "nvidia-graphics-drivers-580", "", False),
        ("580.159.03-0ubuntu1", "nvidia-graphics-drivers-580", "580.", True),
        ("580.178.04-1ubuntu1", "nvidia-driver", "580.178.04-", True),
        ("580.178.04-1ubuntu1", "nvidia-driver", "580.159.03-", False),
        ("5800.1-1", "other", "580.", False),
        ("1.2-3", "other", "", False),
        ("1.2-3", "other", "580.", False),
    ],
)
def test_the_stack_is_known_by_source_or_version(
    version: str, source: str, pin: str, *, belongs: bool
) -> None:
    assert is_gpu_package(package(version, source), DRIVER_SOURCES, pin) is belongs


def test_persistenced_is_of_the_stack_and_not_of_the_driver() -> None:
    found = package("550.163.01-1", "nvidia-persistenced")
    assert is_gpu_package(found, GPU_SOURCES)
    assert not is_gpu_package(found, DRIVER_SOURCES)


DEBIAN = "http://mirror.example/debian trixie/non-free amd64 Packages"
MIRROR = "https://mirror/cuda/ubuntu2404/x86_64  Packages"
MADISON = """\
  libcuda1 | 550.163.01-2 | http://mirror.example/debian trixie/non-free amd64 Packages
  libcuda1 | 535.261.03-1 | http://mirror.example/debian-security trixie-security/non-free amd64 Packages
nvidia-dkms | 595.71.05-1ubuntu1 | https://mirror/cuda/ubuntu2404/x86_64  Packages
nvidia-graphics-drivers | 550.163.01-2 | http://mirror.example/debian trixie/non-free Sources
N: Unable to locate package nvlsm
"""


def test_what_sources_offer() -> None:
    expected = [
        AptCandidate("libcuda1", "550.163.01-2", DEBIAN),
        AptCandidate(
            "libcuda1",
            "535.261.03-1",
            "http://mirror.example/debian-security trixie-security/non-free amd64 Packages",
        ),
        AptCandidate("nvidia-dkms", "595.71.05-1ubuntu1", MIRROR),
    ]
    assert parse_candidates(MADISON.splitlines()) == expected
    assert AptCandidates().process(MADISON.splitlines()) == expected
    assert parse_candidates([]) == []


def test_offers_are_asked_for_by_name() -> None:
    command = AptCandidates().command(names=("libcuda1", "a b"))
    assert command.get_raw_value() == ("apt-cache madison libcuda1 'a b' 2>/dev/null || true")


POLICY = """\
libcuda1:
  Installed: 535.261.03-1
  Candidate: 550.163.01-2
  Version table:
     550.163.01-2 500
        500 http://mirror.example/debian trixie/non-free amd64 Packages
 *** 535.261.03-1 100
        100 /var/lib/dpkg/status
nvidia-dkms-580:
  Installed: (none)
  Candidate: (none)
  Version table:
python3:
  Installed: 1:3.11.2-1
  Candidate: 1:3.11.2-1+b1
"""


def test_what_apt_would_install() -> None:
    expected = {
        "libcuda1": "550.163.01-2",
        "nvidia-dkms-580": "(none)",
        "python3": "1:3.11.2-1+b1",
    }
    assert candidates(POLICY.splitlines()) == expected


def test_nothing_is_offered_where_apt_says_nothing() -> None:
    assert candidates([]) == {}
    assert candidates(["N: Unable to locate package x"]) == {}
