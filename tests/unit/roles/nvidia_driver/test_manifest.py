"""The texts of the driver's role, and the packages that it asks for."""

from __future__ import annotations

import re

from dlbox.apply.uninstall import no_stack
from dlbox.stack.components import Driver, Fabric
from roles.nvidia_driver.apt_sources import Archive, Sources, archives
from roles.nvidia_driver.manifest import UNATTENDED_UPGRADES, components_source, wanted_packages

DRIVER = Driver(
    branch=550,
    version="550.163.01",
    pin="550.",
    flavour="proprietary",
    source="distro",
    module="nvidia-kernel-dkms",
    same=("nvidia-smi", "libcuda1"),
    own=("nvidia-persistenced",),
    desktop=("nvidia-driver",),
    cuda="12.4",
)
STACK = no_stack("debian-13").model_copy(update={"driver": DRIVER})
KEYRING = (("signed-by", "/usr/share/keyrings/debian.gpg"),)
TRIXIE = Archive("http://deb/debian/", "trixie", ("non-free", "non-free-firmware"), KEYRING)
UPDATES = Archive(
    "http://deb/debian/", "trixie-updates", ("contrib", "non-free", "non-free-firmware"), ()
)
SECURITY = Archive("http://deb/security/", "trixie-security", (), ())


def test_a_key_written_out_in_place_is_written_out_again() -> None:
    key = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQ==\n-----END PGP PUBLIC KEY BLOCK-----"
    said = components_source(
        [Archive("http://deb/", "trixie", ("contrib",), (("signed-by", key),))]
    )
    assert said.splitlines()[-4:] == [
        "Signed-By: -----BEGIN PGP PUBLIC KEY BLOCK-----",
        " .",
        " mQ==",
        " -----END PGP PUBLIC KEY BLOCK-----",
    ]


def test_nonfree_adds_what_is_missing_with_the_boxs_own_key() -> None:
    assert components_source([TRIXIE, UPDATES, SECURITY]) == (
        """\
# Written by dlbox: the components the driver and CUDA come from.
Types: deb
URIs: http://deb/debian/
Suites: trixie
Components: non-free non-free-firmware
Signed-By: /usr/share/keyrings/debian.gpg

Types: deb
URIs: http://deb/debian/
Suites: trixie-updates
Components: contrib non-free non-free-firmware
"""
    )


def test_nonfree_adds_nothing_where_nothing_is_missing() -> None:
    only = "# Written by dlbox: the components the driver and CUDA come from.\n"
    assert components_source([SECURITY]) == only
    assert components_source([]) == only


def test_a_mirrors_own_options_go_along() -> None:
    sources = Sources().process(
        [
            "##PYINFRA_FILE /etc/apt/sources.list",
            "deb [arch=amd64 trusted=yes] http://mirror/debian trixie main",
        ]
    )
    assert components_source(archives(sources, "trixie", "debian")).splitlines()[-3:] == [
        "Components: contrib non-free non-free-firmware",
        "Architectures: amd64",
        "Trusted: yes",
    ]


def test_unattended_upgrades_still_mends_other_peoples_libraries() -> None:
    patterns = re.findall(r'"(.+)";', UNATTENDED_UPGRADES)
    free = ["libcurl4t64", "libcups2t64", "libnvme1t64", "libnvpair3linux", "linux-image-amd64"]
    ours = [
        "libcuda1",
        "libcublas12",
        "libnvidia-ml1",
        "libnppc12",
        "nvidia-smi",
        "libegl-nvidia0",
        # Of Ubuntu and of NVIDIA's repository.
        "nvidia-dkms-580-open",
        "libnvidia-compute-580",
        "libnvidia-cfg1",
        "cuda-toolkit-13-0",
        "cuda-compat-13-2",
        "nvidia-fabricmanager",
        "nvlsm",
        "nvidia-driver-pinning-595.71.05",
    ]
    assert [n for n in free if any(re.match(p, n) for p in patterns)] == []
    assert [n for n in ours if not any(re.match(p, n) for p in patterns)] == []


def test_driver_packages_move_together() -> None:
    assert wanted_packages(STACK, DRIVER, desktop=False) == {
        "nvidia-kernel-dkms": "550.",
        "nvidia-smi": "550.",
        "libcuda1": "550.",
        "nvidia-persistenced": "",
    }


def test_a_desktop_adds_what_x_needs_at_the_drivers_version() -> None:
    lean = wanted_packages(STACK, DRIVER, desktop=False)
    wanted = wanted_packages(STACK, DRIVER, desktop=True)
    assert wanted == {**lean, "nvidia-driver": "550."}


def test_nvswitches_add_their_managers() -> None:
    fabric = Fabric(packages=("nvidia-fabricmanager",), pin="580.178.04-")
    subnet = Fabric(packages=("nvlsm", "infiniband-diags"), pin="")
    stack = STACK.model_copy(update={"fabricmanager": fabric, "nvlsm": subnet})
    lean = wanted_packages(STACK, DRIVER, desktop=False)
    assert wanted_packages(stack, DRIVER, desktop=False) == {
        **lean,
        "nvidia-fabricmanager": "580.178.04-",
        "nvlsm": "",
        "infiniband-diags": "",
    }
