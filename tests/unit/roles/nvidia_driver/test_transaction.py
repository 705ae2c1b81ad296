"""Which packages belong to a driver, which are in its way, and how it is ordered."""

from __future__ import annotations

import pytest

from dlbox.host.apt_facts import AptCandidate, Package
from dlbox.stack.catalog_loader import catalog
from roles.nvidia_driver import transaction as driver


def package(version: str, source: str = "x") -> Package:
    return Package(version, source, held=False)


def installed(text: str) -> dict[str, Package]:
    return {name: package(version) for name, version in map(str.split, text.split(","))}


UBUNTU_580 = """
libnvidia-compute-580 580.159.03-0ubuntu1,
nvidia-dkms-580-open 580.159.03-0ubuntu1,
nvidia-utils-580 580.159.03-0ubuntu1,
libnvidia-cfg1-580 580.159.03-0ubuntu1,
jq 1.7.1-3
"""
DEBIAN_550 = """
libcuda1 550.163.01-2,
nvidia-kernel-dkms 550.163.01-2,
libnvidia-ml1 550.163.01-2,
nvidia-persistenced 535.171.04-1+b1,
glx-alternative-nvidia 1.2.2-1
"""
NVIDIA_595 = """
libnvidia-compute 595.71.05-1ubuntu1,
nvidia-dkms-open 595.71.05-1ubuntu1,
libnvidia-cfg1 595.71.05-1ubuntu1,
nvidia-firmware 595.71.05-1ubuntu1,
nvidia-driver-pinning-595.71.05 595.71.05-1ubuntu1,
cuda-toolkit-13-2 13.2.1-1
"""


@pytest.mark.parametrize(
    ("found", "wanted", "numbers", "stale"),
    [
        # Another version: all of it, but not what has a number of its own.
        (UBUNTU_580, "libnvidia-compute-595", "595.71.05",
         "libnvidia-cfg1-580 libnvidia-compute-580 nvidia-dkms-580-open nvidia-utils-580"),
        (DEBIAN_550, "", "595.71.05", "libcuda1 libnvidia-ml1 nvidia-kernel-dkms"),
        (NVIDIA_595, "", "580.159.03",
         "libnvidia-cfg1 libnvidia-compute nvidia-dkms-open nvidia-driver-pinning-595.71.05 nvidia-firmware"),
        (UBUNTU_580, "", "580.178.04",
         "libnvidia-cfg1-580 libnvidia-compute-580 nvidia-dkms-580-open nvidia-utils-580"),
        # What keeps its name is moved, and in nobody's way.
        (DEBIAN_550, "libcuda1 libnvidia-ml1", "595.71.05", "nvidia-kernel-dkms"),
        # The planned one, among others too.
        (UBUNTU_580, "", "580.159.03", ""),
        (DEBIAN_550, "", "550.163.01 595.71.05", ""),
        # Of none.
        (DEBIAN_550, "", "", "libcuda1 libnvidia-ml1 nvidia-kernel-dkms"),
        ("jq 1.7.1-3, libnvidia-ml-dev 12.4.1-3", "", "550.163.01", ""),
    ],
)  # fmt: skip
def test_another_drivers_packages_are_in_the_way(
    found: str, wanted: str, numbers: str, stale: str
) -> None:
    names = dict.fromkeys(wanted.split(), "")
    assert driver.stale_packages(installed(found), names, set(numbers.split())) == stale.split()


HEARTS = [
    *("libcuda1", "libnvidia-compute", "libnvidia-compute-580"),
    *("nvidia-dkms", "nvidia-dkms-580", "nvidia-dkms-580-open", "nvidia-dkms-open"),
    *("nvidia-kernel-dkms", "nvidia-kernel-open-dkms", "nvidia-open-kernel-dkms"),
]


@pytest.mark.parametrize("heart", HEARTS)
def test_one_package_of_a_driver_tells_the_rest_of_it(heart: str) -> None:
    found = installed(f"{heart} 580.1-1, libnvidia-gl 580.1-1, libother 580.2-1")
    assert driver.stale_packages(found, {}, {"595.1"}) == sorted([heart, "libnvidia-gl"])


@pytest.mark.parametrize("name", ["nvidia-smi", "libnvidia-compute-x", "dkms", "libcuda11"])
def test_other_packages_do_not(name: str) -> None:
    found = installed(f"{name} 580.1-1, libnvidia-gl 580.1-1")
    assert driver.stale_packages(found, {}, {"595.1"}) == []


def test_every_driver_of_the_catalogue_has_a_package_that_tells_it() -> None:
    for row in catalog().packages:
        names = [
            n.format(branch=580, version="580.1") for n in (*row.module.values(), *row.same)
        ]
        assert len([n for n in names if driver.CORE_PACKAGES.fullmatch(n)]) == 3, row


def test_two_other_drivers_are_both_in_the_way() -> None:
    found = {**installed(UBUNTU_580), **installed(DEBIAN_550)}
    stale = set(driver.stale_packages(found, {}, {"595.71.05"}))
    assert {"libcuda1", "libnvidia-compute-580"} <= stale
    assert not {"jq", "nvidia-persistenced"} & stale


def test_a_dummy_without_a_revision_drags_nobody_along() -> None:
    # equivs makes such packages; adduser and many of Debian's own have no revision either.
    found = installed("libcuda1 999, adduser 3.134, ca-certificates 20230311, jq 1.7.1-3")
    assert driver.stale_packages(found, {}, {"550.163.01"}) == ["libcuda1"]


@pytest.mark.parametrize(
    ("version", "own"),
    [
        ("580.178.04-1ubuntu1", "580.178.04"),
        ("535.309.01-0+deb12u1", "535.309.01"),
        ("595.84-1", "595.84"),
    ],
)
def test_the_drivers_own_version_is_without_its_packagers_part(version: str, own: str) -> None:
    assert driver.upstream_version(version) == own


@pytest.mark.parametrize(
    ("name", "module", "stale"),
    [
        ("nvidia-kernel-support", "nvidia-open-kernel-dkms", True),
        ("nvidia-kernel-support", "nvidia-kernel-dkms", False),
        ("nvidia-kernel-support", "nvidia-kernel-open-dkms", False),
        ("nvidia-open-kernel-support", "nvidia-kernel-dkms", True),
        ("nvidia-open-kernel-support", "nvidia-open-kernel-dkms", False),
    ],
)
def test_what_makes_modprobe_load_a_flavour_goes_with_it(
    name: str, module: str, *, stale: bool
) -> None:
    found = installed(f"{name} 580.1-1, {module} 580.1-1")
    assert driver.stale_packages(found, {module: "580."}, {"580.1"}) == (
        [name] if stale else []
    )


DEBIAN = "http://mirror.example/debian trixie/non-free amd64 Packages"
UBUNTU = "http://mirror.example/ubuntu noble-updates/restricted amd64 Packages"
MIRROR = "https://mirror/cuda/ubuntu2404/x86_64  Packages"


def offered(text: str, source: str) -> list[AptCandidate]:
    return [
        AptCandidate(name, version, source) for name, version in map(str.split, text.split(","))
    ]


def test_a_driver_is_ordered_at_one_version_in_full() -> None:
    wanted = {"nvidia-kernel-dkms": "550.", "libcuda1": "550.", "nvidia-persistenced": ""}
    there = [
        *offered("libcuda1 550.163.01-2, libcuda1 550.90.07-1", DEBIAN),
        *offered("libcuda1 535.261.03-1, nvidia-kernel-dkms 550.163.01-2", DEBIAN),
        *offered("nvidia-persistenced 535.171.04-1", DEBIAN),
    ]
    assert driver.plan_transaction({}, wanted, there, None) == driver.DriverTransaction(
        {
            "nvidia-kernel-dkms": "550.163.01-2",
            "libcuda1": "550.163.01-2",
            "nvidia-persistenced": "",
        },
        (),
        (),
    )


def test_each_driver_comes_from_its_own_source_whoever_has_the_same_branch() -> None:
    names = ("libnvidia-compute-580", "nvidia-dkms-580-open")
    there = [
        *[AptCandidate(name, "580.178.04-1ubuntu1", MIRROR) for name in names],
        *[AptCandidate(name, "580.159.03-0ubuntu1", UBUNTU) for name in names],
    ]

    def order(pin: str, repository: str | None) -> driver.DriverTransaction:
        return driver.plan_transaction({}, dict.fromkeys(names, pin), there, repository)

    assert order("580.", None).install == dict.fromkeys(names, "580.159.03-0ubuntu1")
    assert order("580.178.04-", "/ubuntu2404/").install == dict.fromkeys(
        names, "580.178.04-1ubuntu1"
    )
    assert order("580.178.04-", None).missing == names
    assert order("580.159.03-", "/ubuntu2404/").missing == names
    assert order("580.", "/ubuntu2204/").missing == names


def test_what_no_source_has_is_missing_and_what_has_its_own_number_is_not() -> None:
    order = driver.plan_transaction({}, {"libcuda1": "550.", "nvidia-modprobe": ""}, [], None)
    assert order.missing == ("libcuda1",)


def test_an_older_drivers_packages_are_moved_where_the_new_one_has_them_and_else_removed() -> (
    None
):
    found = installed(
        "libnvidia-compute 595.71.05-1ubuntu1, nvidia-dkms-open 595.71.05-1ubuntu1,"
        "libnvidia-gl 595.71.05-1ubuntu1, nvidia-driver-pinning-595.71.05 595.71.05-1ubuntu1,"
        "nvidia-firmware 595.71.05-1ubuntu1, jq 1.7.1-3"
    )
    wanted = {"libnvidia-compute": "595.91.07-", "nvidia-dkms": "595.91.07-"}
    new = "595.91.07-1ubuntu1"
    there = [
        *[
            AptCandidate(name, new, MIRROR)
            for name in (*wanted, "libnvidia-gl", "nvidia-dkms-open")
        ],
        AptCandidate("libnvidia-gl", "595.91.07-0ubuntu1", MIRROR),
        AptCandidate("libnvidia-gl", "595.71.05-1ubuntu1", MIRROR),
        # It is there, but the distribution's, or of another version.
        AptCandidate("nvidia-firmware", new, UBUNTU),
        AptCandidate("nvidia-firmware", "610.43.02-1ubuntu1", MIRROR),
    ]
    assert driver.plan_transaction(
        found, wanted, there, "/ubuntu2404/"
    ) == driver.DriverTransaction(
        {**dict.fromkeys(wanted, new), "libnvidia-gl": new},
        # nvidia-dkms-open: there as well, and of the other flavour.
        ("nvidia-dkms-open", "nvidia-driver-pinning-595.71.05", "nvidia-firmware"),
        (),
    )
