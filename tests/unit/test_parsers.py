"""What boxes print is read, and what they are given is written: literals in, literals out."""

import json
import re

import pytest
from pyinfra.api.exceptions import FactProcessError

from dlbox.host.apt_facts import Package, parse_packages
from dlbox.host.cuda_library import library_links, pkg_config
from dlbox.host.foreign import Foreign
from dlbox.host.identity import BoxIdentity, Identity, parse_identity
from dlbox.host.layout import LIBRARIES, VENVS, lock_digest
from dlbox.stack.components import Driver, Fabric, Library, Toolkit
from dlbox.stack.model import Stack
from dlbox.verify.connection import connection, sockets
from dlbox.verify.cuda_library import encoded_version, expected_versions
from dlbox.verify.python import locked
from roles.base.content import apt_conf
from roles.base.settings import Base
from roles.cuda.content import TOOLS, home, home_links
from roles.jupyter.content import SETTINGS, kernel, unit
from roles.nvidia_driver.apt_sources import OWN, Archive, Sources, archives
from roles.nvidia_driver.content import UNATTENDED, components_source, wanted_packages

BOX = """\
system debian-13
arch x86_64
uid 0
init systemd
clock 1795000000
free_kb 976562500
sudo none
foreign runfile /usr/bin/nvidia-uninstall
foreign cuda /usr/local/cuda/bin/cuda-uninstaller
kernel 6.12.94-amd64
secure_boot 1
gpu 10de:1b06
gpu 10de:1b06
bridge 1af1
bridge nvlink5
"""
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
STACK = Stack(
    system="debian-13",
    cards=(),
    driver=DRIVER,
    fabricmanager=None,
    nvlsm=None,
    cuda_compat=None,
    toolkits=(),
    cudnn=None,
    nccl=None,
    frameworks={},
    repository=None,
    choices={},
    skipped={},
    warnings=(),
)
NCCL = Library(
    cuda=12,
    version="2.27.7",
    lock="nccl-cu12-2.27.7",
    package="nvidia/nccl",
    disk_gb=0.4,
)


def toolkit(release: str, **fields: str) -> Toolkit:
    return Toolkit.model_validate(
        {"release": release, "min_driver": 1, "disk_gb": 1.0, **fields}
    )


def test_a_box_says_what_it_is() -> None:
    assert parse_identity(BOX.splitlines()) == Identity(
        system="debian-13",
        arch="x86_64",
        uid=0,
        systemd=True,
        clock=1795000000,
        free_gb=1000.0,
        sudo="none",
        foreign=(
            Foreign("runfile", "/usr/bin/nvidia-uninstall"),
            Foreign("cuda", "/usr/local/cuda/bin/cuda-uninstaller"),
        ),
        pci_gpus=("10de:1b06", "10de:1b06"),
        bridges=("1af1", "nvlink5"),
        kernels=("6.12.94-amd64",),
        secure_boot=True,
    )


def test_a_bare_container_says_what_it_is() -> None:
    said = (
        "system ubuntu-24.04\narch aarch64\nuid 1000\ninit other\nclock 5\nfree_kb 0\nsudo free\n"
        "secure_boot 0\n"
    )
    assert BoxIdentity().process(said.splitlines()) == Identity(
        system="ubuntu-24.04",
        arch="aarch64",
        uid=1000,
        systemd=False,
        clock=5,
        free_gb=0.0,
        sudo="free",
        foreign=(),
        pci_gpus=(),
        bridges=(),
        secure_boot=False,
    )


def test_what_a_box_does_not_say_of_its_boot_is_no_error() -> None:
    said = BOX.replace("kernel 6.12.94-amd64\n", "").replace("secure_boot 1\n", "")
    box = parse_identity(said.splitlines())
    assert (box.kernels, box.secure_boot) == ((), False)


@pytest.mark.parametrize(
    ("line", "instead", "cause"),
    [
        ("arch x86_64\n", "", "'arch'"),
        ("uid 0\n", "uid root\n", "invalid literal for int"),
        ("free_kb 976562500\n", "free_kb \n", "invalid literal for int"),
    ],
)
def test_a_box_that_cannot_be_made_out_is_an_error_with_its_lines(
    line: str, instead: str, cause: str
) -> None:
    said = BOX.replace(line, instead).splitlines()
    with pytest.raises(
        FactProcessError, match=f"cannot make out what the box is: {cause}"
    ) as error:
        BoxIdentity().process(said)
    assert str(error.value).endswith(f" in {said}")


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


APT = """\
##PYINFRA_FILE /etc/apt/sources.list
deb http://deb/debian/ trixie-updates main  # with a comment
deb-src http://deb/debian/ trixie-updates contrib
deb http://deb/debian/ trixie-updates main
deb http://deb/debian/ trixie-backports main
deb http://deb/security/ trixie-security main contrib non-free non-free-firmware
deb http://deb/extra/ trixie contrib
deb [arch=amd64] http://browser/linux/deb/ stable main
deb http://vendor/debian/12/prod trixie main
deb cdrom:[Debian_13]/ trixie main

##PYINFRA_FILE /etc/apt/sources.list.d/debian.sources
Types: deb deb-src
URIs: http://deb/debian/
Suites: trixie
Components: main contrib
Signed-By: /usr/share/keyrings/debian.gpg

Enabled: no
Types: deb
URIs: http://deb/off/
Suites: trixie
Components: main

##PYINFRA_FILE /etc/apt/sources.list.d/other.list
deb [signed-by=/etc/apt/keyrings/other.asc] http://other/apt/ other main
"""
KEYRING = (("signed-by", "/usr/share/keyrings/debian.gpg"),)
TRIXIE = Archive("http://deb/debian/", "trixie", ("non-free", "non-free-firmware"), KEYRING)
UPDATES = Archive(
    "http://deb/debian/", "trixie-updates", ("contrib", "non-free", "non-free-firmware"), ()
)
SECURITY = Archive("http://deb/security/", "trixie-security", (), ())


def test_the_distributions_archives_and_what_is_missing_of_them() -> None:
    assert archives(Sources().process(APT.splitlines()), "trixie", "debian") == [
        TRIXIE,
        UPDATES,
        SECURITY,
    ]


def test_no_archives_of_another_release() -> None:
    assert archives(Sources().process(APT.splitlines()), "bookworm", "debian") == []


def test_a_box_that_follows_stable_goes_on_doing_so() -> None:
    sources = Sources().process(
        ["##PYINFRA_FILE /etc/apt/sources.list", "deb http://deb/debian stable main contrib"]
    )
    missing = ("non-free", "non-free-firmware")
    assert archives(sources, "trixie", "debian") == [
        Archive("http://deb/debian", "stable", missing, ())
    ]


UBUNTU = """\
##PYINFRA_FILE /etc/apt/sources.list.d/ubuntu.sources
Types: deb
URIs: http://mirror.example/ubuntu/
Suites: noble noble-updates noble-backports
Components: main universe
Signed-By: /usr/share/keyrings/ubuntu-archive-keyring.gpg

Types: deb
URIs: http://mirror/pub/mirror/
Suites: noble noble-security
Components: main restricted universe multiverse

##PYINFRA_FILE /etc/apt/sources.list.d/ppa.list
deb http://ppa.launchpadcontent.net/x/y/ubuntu noble main
deb http://vendor/linux noble main
"""


def test_ubuntus_archives_have_components_of_their_own() -> None:
    found = archives(Sources().process(UBUNTU.splitlines()), "noble", "ubuntu")
    key = (("signed-by", "/usr/share/keyrings/ubuntu-archive-keyring.gpg"),)
    theirs = [a for a in found if "ppa" not in a.uri]
    assert theirs == [
        Archive("http://mirror.example/ubuntu/", "noble", ("restricted", "multiverse"), key),
        Archive(
            "http://mirror.example/ubuntu/",
            "noble-updates",
            ("restricted", "multiverse"),
            key,
        ),
        Archive("http://mirror/pub/mirror/", "noble", (), ()),
        Archive("http://mirror/pub/mirror/", "noble-security", (), ()),
    ]


def test_a_ppa_is_no_mirror_of_ubuntu() -> None:
    found = archives(Sources().process(UBUNTU.splitlines()), "noble", "ubuntu")
    assert [a.uri for a in found if "ppa" in a.uri] == []


def test_what_dlbox_added_is_not_read_back() -> None:
    assert f'[ "$f" != {OWN} ]' in Sources().command()


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
    patterns = re.findall(r'"(.+)";', UNATTENDED)
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


@pytest.mark.parametrize(
    ("same", "holder"),
    [
        (("nvidia-smi", "libcuda1", "libnvidia-cfg1"), "libcuda1"),
        (("nvidia-utils-580", "libnvidia-compute-580"), "libnvidia-compute-580"),
        (("libnvidia-cfg1", "libnvidia-compute"), "libnvidia-compute"),
    ],
)
def test_whoever_packages_it_libcuda_is_in_one_package(
    same: tuple[str, ...], holder: str
) -> None:
    assert DRIVER.model_copy(update={"same": same}).libcuda == holder


def test_a_packaged_toolkit_looks_like_nvidias_own() -> None:
    packaged = toolkit(
        "12.4",
        source="distro",
        home="/usr/lib/nvidia-cuda-toolkit",
        package="nvidia-cuda-toolkit",
    )
    assert home(packaged) == "/usr/local/cuda-12.4"
    links = home_links(packaged)
    assert links["/usr/local/cuda-12.4/bin/nvcc"] == "/usr/bin/nvcc"
    assert links["/usr/local/cuda-12.4/include"] == "/usr/include"
    assert links["/usr/local/cuda-12.4/lib64"] == "/usr/lib/x86_64-linux-gnu"
    assert len(links) == len(TOOLS) + 2


def test_a_toolkit_from_wheels_looks_like_nvidias_own() -> None:
    wheels = toolkit("13.5", source="wheels", home="nvidia/cu13", lock="cuda-13.5")
    assert home_links(wheels) == {
        "/usr/local/cuda-13.5/bin": f"{LIBRARIES}/cuda-13.5/nvidia/cu13/bin",
        "/usr/local/cuda-13.5/include": f"{LIBRARIES}/cuda-13.5/nvidia/cu13/include",
        "/usr/local/cuda-13.5/lib64": f"{LIBRARIES}/cuda-13.5/nvidia/cu13/lib",
        "/usr/local/cuda-13.5/nvvm": f"{LIBRARIES}/cuda-13.5/nvidia/cu13/nvvm",
    }


def test_nvidias_own_toolkit_needs_no_links() -> None:
    own = toolkit(
        "13.0", source="nvidia", home="/usr/local/cuda-13.0", package="cuda-toolkit-13-0"
    )
    assert home(own) == own.home
    assert home_links(own) == {}


def test_a_library_lies_where_compilers_and_pkg_config_look() -> None:
    assert library_links("nccl", NCCL, ["nccl.h"], ["nccl"]) == {
        "/usr/local/include/nccl.h": "/opt/dlbox/wheels/nccl/nvidia/nccl/include/nccl.h",
        "/usr/local/lib/libnccl.so": "/opt/dlbox/wheels/nccl/nvidia/nccl/lib/libnccl.so",
    }
    assert pkg_config("nccl", "NCCL", NCCL, ["nccl", "more"]) == (
        """\
Name: NCCL
Description: NCCL for CUDA 12
Version: 2.27.7
Cflags: -I/opt/dlbox/wheels/nccl/nvidia/nccl/include
Libs: -L/opt/dlbox/wheels/nccl/nvidia/nccl/lib -lnccl
"""
    )


def test_versions_as_the_libraries_encode_them() -> None:
    assert [encoded_version("9.10.2.21"), encoded_version("2.27.7")] == [91002, 22707]
    assert expected_versions(NCCL.model_copy(update={"version": "9.10.2.21"})) == {
        "the loader": "91002",
        "the compiler": "9.10.2",
        "pkg-config": "9.10.2.21",
    }


def test_the_jupyter_unit() -> None:
    lines = unit("ada", 8899).splitlines()
    start = f"ExecStart={VENVS}/jupyter/bin/jupyter-lab --config={SETTINGS} --port=8899"
    assert {"User=ada", start, "NoNewPrivileges=yes", "WantedBy=multi-user.target"} <= set(
        lines
    )
    assert "token" not in unit("ada", 8899)


def test_a_kernel_starts_its_own_venvs_python() -> None:
    assert json.loads(kernel("pytorch")) == {
        "argv": [
            "/opt/dlbox/venvs/pytorch/bin/python",
            *("-m", "ipykernel_launcher", "-f", "{connection_file}"),
        ],
        "display_name": "pytorch",
        "language": "python",
    }
    assert kernel("jax").endswith("}\n")


def test_apt_waits_as_long_as_it_is_told() -> None:
    assert apt_conf(Base(lock_timeout_s=30)).splitlines()[1:] == [
        'DPkg::Lock::Timeout "30";',
        'Acquire::Retries "3";',
        "// The driver and CUDA leave gigabytes of .deb files behind.",
        'APT::Keep-Downloaded-Packages "false";',
    ]


SSH = {
    "ssh_extra_args": "-o BatchMode=yes -o StrictHostKeyChecking=accept-new"
    f" -o ControlPath={sockets()}/%C",
}


@pytest.mark.parametrize(
    ("name", "data", "spec", "options"),
    [
        ("@podman/box", {}, "podman://box", {}),
        ("@docker/box", {}, "docker://box", {}),
        ("box", {}, "ssh://box", SSH),
        ("@ssh/box", {"ssh_user": "root"}, "ssh://root@box", SSH),
        ("box", {"_sudo": True}, "ssh://box", SSH),
        (
            "box",
            {
                "ssh_hostname": "192.0.2.7",
                "ssh_user": "ada",
                "ssh_port": 2222,
                "ssh_key": "/keys/id",
                "ssh_known_hosts_file": "/keys/known hosts",
            },
            "ssh://ada@192.0.2.7:2222",
            {
                "ssh_identity_file": "/keys/id",
                **SSH,
                "ssh_extra_args": f"{SSH['ssh_extra_args']} -o 'UserKnownHostsFile=/keys/known hosts'",
            },
        ),
    ],
)
def test_checks_reach_a_box_the_way_pyinfra_does(
    name: str, data: dict[str, object], spec: str, options: dict[str, object]
) -> None:
    assert connection(name, data) == (spec, options)


def test_checks_reach_this_machine() -> None:
    assert connection("@local", {}) == ("local://", {})


def test_what_a_lock_allows() -> None:
    assert locked("nccl-cu12-2.27.7") == {"nvidia-nccl-cu12==2.27.7"}
    assert {pin for pin in locked("jax-0.10.2-cuda12") if pin.startswith("jax==")} == {
        "jax==0.10.2"
    }


def test_a_stamp_is_the_locks_own() -> None:
    assert len(lock_digest("nccl-cu12-2.27.7")) == 64
    assert lock_digest("nccl-cu12-2.27.7") != lock_digest("nccl-cu12-2.32.3")
