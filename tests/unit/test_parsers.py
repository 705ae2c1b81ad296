"""What boxes print is read, and what they are given is written: literals in, literals out."""

import json
import re

import pytest
from pyinfra.api.exceptions import FactProcessError

from roles.base.content import apt_conf
from roles.base.settings import Base
from roles.box.connect import connection, sockets
from roles.box.facts import BoxIdentity, Identity, identity
from roles.box.library import library_links, pkg_config
from roles.box.library_checks import number, wanted
from roles.box.packages import Package, packages
from roles.box.python import locked
from roles.box.wheels import TREES, VENVS, stamp
from roles.cuda.content import TOOLS, home, home_links
from roles.frameworks.verify import runs_on
from roles.jupyter.content import SETTINGS, kernel, unit
from roles.nvidia_driver.content import UNATTENDED, nonfree, wanted_packages
from roles.nvidia_driver.facts import OWN, Archive, Sources, archives
from roles.stack.model import Driver
from roles.stack.offers import Library, Toolkit

BOX = """\
system debian-13
arch x86_64
uid 0
init systemd
clock 1795000000
free_kb 976562500
sudo none
foreign /usr/bin/nvidia-uninstall
foreign /usr/local/cuda/bin/cuda-uninstaller
gpu 10de:1b06
gpu 10de:1b06
"""
PASCAL = Driver(branch=550, flavour="proprietary")
NCCL = Library(
    cuda=12, version="2.27.7", lock="nccl-cu12", package="nvidia/nccl", disk_gb=0.4, source="x"
)


def toolkit(release: str, **fields: str) -> Toolkit:
    return Toolkit.model_validate(
        {
            "release": release,
            "min_driver": 1,
            "first_capability": "5.0",
            "last_capability": "9.0",
            **fields,
        }
    )


def test_a_box_says_what_it_is() -> None:
    assert identity(BOX.splitlines()) == Identity(
        system="debian-13",
        arch="x86_64",
        uid=0,
        systemd=True,
        clock=1795000000,
        free_gb=1000.0,
        sudo="none",
        foreign=("/usr/bin/nvidia-uninstall", "/usr/local/cuda/bin/cuda-uninstaller"),
        pci_gpus=("10de:1b06", "10de:1b06"),
    )


def test_a_bare_container_says_what_it_is() -> None:
    said = "system ubuntu-24.04\narch aarch64\nuid 1000\ninit other\nclock 5\nfree_kb 0\nsudo free\n"
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
    )


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
    assert packages(said) == {
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
    assert archives(Sources().process(APT.splitlines()), "trixie") == [
        TRIXIE,
        UPDATES,
        SECURITY,
    ]


def test_no_archives_of_another_release() -> None:
    assert archives(Sources().process(APT.splitlines()), "bookworm") == []


def test_a_box_that_follows_stable_goes_on_doing_so() -> None:
    sources = Sources().process(
        ["##PYINFRA_FILE /etc/apt/sources.list", "deb http://deb/debian stable main contrib"]
    )
    missing = ("non-free", "non-free-firmware")
    assert archives(sources, "trixie") == [Archive("http://deb/debian", "stable", missing, ())]


def test_what_dlbox_added_is_not_read_back() -> None:
    assert f'[ "$f" != {OWN} ]' in Sources().command()


def test_a_key_written_out_in_place_is_written_out_again() -> None:
    key = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQ==\n-----END PGP PUBLIC KEY BLOCK-----"
    said = nonfree([Archive("http://deb/", "trixie", ("contrib",), (("signed-by", key),))])
    assert said.splitlines()[-4:] == [
        "Signed-By: -----BEGIN PGP PUBLIC KEY BLOCK-----",
        " .",
        " mQ==",
        " -----END PGP PUBLIC KEY BLOCK-----",
    ]


def test_nonfree_adds_what_is_missing_with_the_boxs_own_key() -> None:
    assert nonfree([TRIXIE, UPDATES, SECURITY]) == (
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
    assert nonfree([SECURITY]) == only
    assert nonfree([]) == only


def test_a_mirrors_own_options_go_along() -> None:
    sources = Sources().process(
        [
            "##PYINFRA_FILE /etc/apt/sources.list",
            "deb [arch=amd64 trusted=yes] http://mirror/debian trixie main",
        ]
    )
    assert nonfree(archives(sources, "trixie")).splitlines()[-3:] == [
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
    ]
    assert [n for n in free if any(re.match(p, n) for p in patterns)] == []
    assert [n for n in ours if not any(re.match(p, n) for p in patterns)] == []


def test_driver_packages_move_together() -> None:
    assert wanted_packages(PASCAL, desktop=False) == {
        "nvidia-kernel-dkms": "550.",
        "nvidia-smi": "550.",
        "libcuda1": "550.",
        "libnvidia-ml1": "550.",
        "libnvidia-cfg1": "550.",
        "libnvidia-ptxjitcompiler1": "550.",
        "libnvidia-nvvm4": "550.",
        "nvidia-persistenced": "",
        "nvidia-modprobe": "",
    }


def test_driver_packages_of_an_open_desktop() -> None:
    driver = Driver(branch=550, flavour="open")
    wanted = wanted_packages(driver, desktop=True)
    assert wanted["nvidia-open-kernel-dkms"] == wanted["nvidia-driver"] == "550."
    assert "nvidia-kernel-dkms" not in wanted


def test_a_packaged_toolkit_looks_like_nvidias_own() -> None:
    packaged = toolkit("12.4", home="/usr/lib/nvidia-cuda-toolkit")
    assert home(packaged) == "/usr/local/cuda-12.4"
    links = home_links(packaged)
    assert links["/usr/local/cuda-12.4/bin/nvcc"] == "/usr/bin/nvcc"
    assert links["/usr/local/cuda-12.4/include"] == "/usr/include"
    assert links["/usr/local/cuda-12.4/lib64"] == "/usr/lib/x86_64-linux-gnu"
    assert len(links) == len(TOOLS) + 2


def test_a_toolkit_from_wheels_looks_like_nvidias_own() -> None:
    assert home_links(toolkit("13.5", home="nvidia/cu13", lock="cuda-13.5")) == {
        "/usr/local/cuda-13.5/bin": f"{TREES}/cuda-13.5/nvidia/cu13/bin",
        "/usr/local/cuda-13.5/include": f"{TREES}/cuda-13.5/nvidia/cu13/include",
        "/usr/local/cuda-13.5/lib64": f"{TREES}/cuda-13.5/nvidia/cu13/lib",
        "/usr/local/cuda-13.5/nvvm": f"{TREES}/cuda-13.5/nvidia/cu13/nvvm",
    }


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
    assert [number("9.10.2.21"), number("2.27.7")] == [91002, 22707]
    assert wanted(NCCL.model_copy(update={"version": "9.10.2.21"})) == {
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
    assert locked("nccl-cu12") == {"nvidia-nccl-cu12==2.27.7"}
    assert {pin for pin in locked("jax-cuda12") if pin.startswith("jax==")} == {
        *("jax==0.6.2", "jax==0.10.2", "jax==0.12.0.1")
    }


def test_a_stamp_is_the_locks_own() -> None:
    assert len(stamp("nccl-cu12")) == 64
    assert stamp("nccl-cu12") != stamp("nccl-cu13")


@pytest.mark.parametrize(
    ("capability", "archs", "runs"),
    [
        ("6.1", "sm_50 sm_60 sm_70", True),
        ("6.1", "sm_50 sm_70", False),
        ("8.6", "sm_89", False),
        ("8.9", "sm_80", True),
        ("9.0", "sm_90a", True),
        ("9.0", "sm_89 compute_90", True),
        ("12.0", "sm_89 compute_90", False),
        ("12.1", "sm_120", True),
        ("10.0", "sm_100f", True),
        ("7.5", "", False),
    ],
)
def test_a_card_runs_code_of_its_major_and_no_later_minor(
    capability: str, archs: str, *, runs: bool
) -> None:
    assert runs_on(capability, archs.split()) is runs
