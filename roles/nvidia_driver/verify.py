"""Checks that hold after the nvidia_driver role has run."""

from __future__ import annotations

import pytest
from testinfra.host import Host

from dlbox.host.apt_facts import DRIVER_SOURCES, QUERY, Package, is_gpu_package, parse_packages
from dlbox.host.identity import Identity
from dlbox.stack.components import Driver
from dlbox.stack.model import Stack


@pytest.fixture
def driver(stack: Stack) -> Driver:
    """Return the planned driver."""
    if stack.driver is None:
        pytest.skip("the box has no GPU, by declaration or by its PCI bus")
    return stack.driver


@pytest.fixture
def built(box: Host, driver: Driver) -> dict[str, Package]:
    """Return the installed packages of the driver itself, and of any other driver."""
    installed = parse_packages(box.check_output(QUERY).splitlines())
    core = {driver.module, *driver.same}
    return {
        n: p
        for n, p in installed.items()
        if n not in driver.own
        and (is_gpu_package(p, DRIVER_SOURCES, driver.pin) or n in core or "nvidia-dkms" in n)
    }


def version_of(driver: Driver, built: dict[str, Package]) -> str:
    """Return the driver's version as NVIDIA writes it: 535.309.01 for 535.309.01-0+deb12u1."""
    return built[driver.libcuda].version.rpartition("-")[0]


def test_the_driver_is_of_one_version_as_planned(
    driver: Driver, built: dict[str, Package]
) -> None:
    missing = {driver.module, *driver.same} - set(built)
    assert not missing, f"not installed: {', '.join(sorted(missing))}"
    versions = {name: p.version.rpartition("-")[0] for name, p in built.items()}
    assert len(set(versions.values())) == 1, f"the driver is a mix of versions: {versions}"
    found = built[driver.libcuda].version
    assert found.startswith(driver.pin), f"{found} where {driver.pin}* is planned"


def test_the_module_has_the_planned_flavour(driver: Driver, built: dict[str, Package]) -> None:
    assert sorted(name for name in built if "dkms" in name) == [driver.module]


def test_fabric_manager_is_of_the_drivers_version(
    box: Host, stack: Stack, driver: Driver, built: dict[str, Package]
) -> None:
    if stack.fabricmanager is None:
        pytest.skip("the box has no NVSwitch")
    found = box.package("nvidia-fabricmanager").version.rpartition("-")[0]
    assert found == version_of(driver, built)


@pytest.mark.service
def test_fabric_manager_starts_at_boot(box: Host, stack: Stack) -> None:
    if stack.fabricmanager is None:
        pytest.skip("the box has no NVSwitch")
    enabled = box.service("nvidia-fabricmanager").is_enabled
    assert enabled, "nvidia-fabricmanager does not start at boot"


@pytest.mark.parametrize("module", ["nouveau", "nova_core"])
def test_no_other_driver_is_loaded_or_can_be(box: Host, driver: Driver, module: str) -> None:
    assert not box.file(f"/sys/module/{module}").exists, f"{module} is loaded"
    config = box.check_output("modprobe --showconfig").splitlines()
    assert f"blacklist {module}" in config, f"{module} is not blacklisted"
    assert f"install {module} /bin/false" in config, f"{module} can still be asked for by name"


@pytest.mark.service
def test_persistenced_starts_at_boot(box: Host, driver: Driver) -> None:
    enabled = box.service("nvidia-persistenced").is_enabled
    assert enabled, "nvidia-persistenced does not start at boot"


def test_the_loaded_module_is_the_installed_one(
    box: Host, driver: Driver, built: dict[str, Package], seen: Identity
) -> None:
    if seen.container:
        pytest.skip("the box has no kernel of its own (a container)")
    loaded = box.run("cat /sys/module/nvidia/version").stdout.strip()
    if not loaded and not seen.pci_gpus:
        pytest.skip("no GPU")
    installed = version_of(driver, built)
    assert loaded == installed, f"loaded {loaded or 'none'}, installed {installed}: reboot"


@pytest.mark.gpu
def test_nvidia_smi_sees_every_card(
    box: Host, driver: Driver, built: dict[str, Package], seen: Identity
) -> None:
    said = box.check_output("nvidia-smi --query-gpu=driver_version --format=csv,noheader")
    assert said.split() == [version_of(driver, built)] * len(seen.pci_gpus)
