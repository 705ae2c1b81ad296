"""What must be true once the nvidia_driver role has run."""

from __future__ import annotations

import pytest
from testinfra.host import Host

from roles.box.facts import Identity
from roles.box.packages import DRIVER_SOURCES, QUERY, Package, packages
from roles.nvidia_driver.content import MODULE_PACKAGES
from roles.stack.model import Driver, Stack


@pytest.fixture
def driver(stack: Stack) -> Driver:
    """The planned driver."""
    if stack.driver is None:
        pytest.skip("the box has no GPU, by declaration or by its PCI bus")
    return stack.driver


@pytest.fixture
def built(box: Host) -> dict[str, Package]:
    """Return the installed packages of the driver itself."""
    installed = packages(box.check_output(QUERY).splitlines())
    return {n: p for n, p in installed.items() if p.source in DRIVER_SOURCES}


def version_of(built: dict[str, Package]) -> str:
    """Return the driver's version as NVIDIA writes it: 535.309.01 of 535.309.01-0+deb12u1."""
    return built["libcuda1"].version.rpartition("-")[0]


def test_the_driver_is_of_one_version_of_the_planned_branch(
    driver: Driver, built: dict[str, Package]
) -> None:
    assert {"libcuda1", "nvidia-smi"} <= set(built)
    versions = {name: p.version.rpartition("-")[0] for name, p in built.items()}
    assert len(set(versions.values())) == 1, f"the driver is a mix of versions: {versions}"
    assert version_of(built).startswith(f"{driver.branch}."), f"not of branch {driver.branch}"


def test_the_module_has_the_planned_flavour(driver: Driver, built: dict[str, Package]) -> None:
    found = [flavour for flavour, name in MODULE_PACKAGES.items() if name in built]
    assert found == [driver.flavour]


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


def test_the_module_is_built_for_the_kernels_that_boot(
    box: Host, driver: Driver, built: dict[str, Package]
) -> None:
    # The running one and the next one: an older one may be one that the archive has dropped.
    found = box.check_output("cd /boot; ls vmlinuz-* 2>/dev/null | sort -V || true").split()
    running = f"vmlinuz-{box.check_output('uname -r')}"
    kernels = sorted({*found[-1:], *(kernel for kernel in found if kernel == running)})
    if not kernels:
        pytest.skip("the box has no kernel of its own (a container)")
    modules = box.check_output("dkms status").splitlines()
    for kernel in (k.removeprefix("vmlinuz-") for k in kernels):
        done = [
            s
            for s in modules
            if version_of(built) in s and f"{kernel}," in s and "installed" in s
        ]
        assert done, f"no {version_of(built)} module for kernel {kernel}: {modules}"


@pytest.mark.gpu
def test_the_loaded_module_is_the_installed_one(
    box: Host, driver: Driver, built: dict[str, Package]
) -> None:
    assert box.file("/sys/module/nvidia/version").content_string.strip() == version_of(built)


@pytest.mark.gpu
def test_nvidia_smi_sees_every_card(
    box: Host, driver: Driver, built: dict[str, Package], seen: Identity
) -> None:
    said = box.check_output("nvidia-smi --query-gpu=driver_version --format=csv,noheader")
    assert said.split() == [version_of(built)] * len(seen.pci_gpus)
