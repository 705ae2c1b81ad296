"""Single breakages of a good box: how to cause each, which checks must say so, and in what words."""

from __future__ import annotations

from dataclasses import dataclass

from dlbox.host.layout import UV, VENVS
from dlbox.verify.probes import locked
from roles.jupyter.manifest import KERNELS


@dataclass(frozen=True)
class Breakage:
    """One thing gone wrong."""

    name: str
    cause: str
    """Shell, as root, on the box."""
    cure: str
    checks: str
    """What ``verify -- -k`` selects: a role, or one check where the role's others take long."""
    says: str
    """Regular expression that the red verify must match."""


PYTORCH = f"{VENVS}/pytorch"
PIP_INSTALL = (
    "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt "
    f"{UV} pip install -q --no-deps --python {PYTORCH}/bin/python"
)
[LOCKED] = [pin for pin in locked("pytorch-2.7.1-cu126") if pin.startswith("packaging==")]
SITE = f"$(echo {PYTORCH}/lib/python3*/site-packages)"
CONFIG = "/etc/dlbox/jupyter_server_config.py"
RESTART = "systemctl restart dlbox-jupyter; for i in $(seq 60); do ss -ltnH | grep -q :8888 && exit 0; sleep 0.5; done; exit 1"
STUB = """
rm -rf /tmp/stub && mkdir -p /tmp/stub/DEBIAN
printf 'Package: {name}\\nVersion: {version}\\nArchitecture: amd64\\nMaintainer: a test <test@example.com>\\n\
Source: {source}\\nDescription: stub\\n' >/tmp/stub/DEBIAN/control
"""
NEWER = (
    STUB.format(name="nvidia-smi", version="999-1", source="nvidia-graphics-drivers")
    + """mkdir -p /srv/newer && dpkg-deb -b /tmp/stub /srv/newer/nvidia-smi.deb >/dev/null
cd /srv/newer && { dpkg-deb -f nvidia-smi.deb; echo Filename: ./nvidia-smi.deb
echo Size: $(stat -c %s nvidia-smi.deb); echo SHA256: $(sha256sum nvidia-smi.deb | cut -d' ' -f1); } >Packages
echo 'deb [trusted=yes] file:/srv/newer ./' >/etc/apt/sources.list.d/newer.list
apt-get -q update -o Dir::Etc::sourcelist=sources.list.d/newer.list -o Dir::Etc::sourceparts=- -o APT::Get::List-Cleanup=0
apt-mark unhold nvidia-smi"""
)
HALF_DONE = (
    STUB.format(name="half-done", version="1", source="half-done")
    + """printf '#!/bin/sh\\nexit 1\\n' >/tmp/stub/DEBIAN/postinst; chmod 755 /tmp/stub/DEBIAN/postinst
dpkg-deb -b /tmp/stub /tmp/half-done.deb >/dev/null; dpkg -i /tmp/half-done.deb || true"""
)


def edit(path: str, script: str) -> tuple[str, str]:
    """Return cause and cure of a file edited with sed."""
    kept = f"/root/kept{path.replace('/', '_')}"
    return f"cp -p {path} {kept} && sed -i '{script}' {path}", f"cp -p {kept} {path}"


def served(script: str) -> tuple[str, str]:
    """Return cause and cure of JupyterLab's settings edited, and served."""
    cause, cure = edit(CONFIG, script)
    return f"{cause}; {RESTART}", f"{cure}; {RESTART}"


BREAKAGES = (
    Breakage("dpkg left half done", HALF_DONE, "dpkg --purge half-done", "base", "half-done"),
    Breakage(
        "apt no longer waits",
        *edit("/etc/apt/apt.conf.d/90dlbox", "s/600/0/"),
        "base",
        r'DPkg::Lock::Timeout "0"',
    ),
    Breakage(
        "the box may sleep again",
        "rm /etc/systemd/system/suspend.target",
        "ln -s /dev/null /etc/systemd/system/suspend.target",
        "base",
        r"suspend\.target is not masked",
    ),
    Breakage(
        "a tool removed",
        "dpkg --purge --force-depends tmux",
        "dpkg -i /var/cache/dlbox/debs/tmux_*.deb",
        "base",
        "not installed: tmux",
    ),
    Breakage(
        "a folder that anyone may write to",
        "chmod 777 /opt/dlbox",
        "chmod 755 /opt/dlbox",
        "test_folders_are_roots_alone_to_write",
        r"\('root', 511\) == \('root', 493\)",
    ),
    Breakage(
        "a driver package unheld",
        "apt-mark unhold libcuda1",
        "apt-mark hold libcuda1",
        "test_the_stack_is_held",
        "not held: libcuda1",
    ),
    Breakage(
        "an upgrade in wait for an unheld package",
        NEWER,
        "rm -rf /srv/newer /etc/apt/sources.list.d/newer.list /var/lib/apt/lists/*newer*; apt-mark hold nvidia-smi",
        "test_an_upgrade_would_not_touch_the_stack",
        "an upgrade would move nvidia-smi",
    ),
    Breakage(
        "unattended-upgrades free to move the stack",
        *edit("/etc/apt/apt.conf.d/52dlbox-unattended-upgrades", "/libcu/d"),
        "test_unattended_upgrades_leaves_the_stack_alone",
        r"open to unattended-upgrades: .*\blibcuda1\b",
    ),
    Breakage(
        "nova let in",
        *edit("/etc/modprobe.d/dlbox-nvidia.conf", "/blacklist nova_core/d"),
        "nvidia_driver",
        "nova_core is not blacklisted",
    ),
    Breakage(
        "persistenced off at boot",
        "systemctl disable nvidia-persistenced",
        "systemctl enable nvidia-persistenced",
        "nvidia_driver",
        "nvidia-persistenced does not start at boot",
    ),
    Breakage(
        "/usr/local/cuda that names another toolkit",
        "ln -sfn /usr/lib /etc/alternatives/cuda",
        "ln -sfn /usr/local/cuda-12.4 /etc/alternatives/cuda",
        "test_the_first_toolkit_is_everybodys",
        "'/usr/lib' == '/usr/local/cuda-12.4'",
    ),
    Breakage(
        "a global LD_LIBRARY_PATH",
        "echo 'export LD_LIBRARY_PATH=/usr/local/cuda/lib64' >/etc/profile.d/zz.sh",
        "rm /etc/profile.d/zz.sh",
        "test_no_global_library_path",
        "/usr/local/cuda/lib64",
    ),
    Breakage(
        "a CUB header gone",
        "mv /usr/include/cub/cub.cuh /tmp/cub.cuh",
        "mv /tmp/cub.cuh /usr/include/cub/cub.cuh",
        "test_a_program_for_the_boxs_cards_compiles_and_runs",
        r"CUDA 12\.4.*cub/cub\.cuh",
    ),
    Breakage(
        "cuDNN hidden from the loader",
        "mv /etc/ld.so.conf.d/dlbox-cudnn.conf /tmp/ && rm /usr/local/lib/libcudnn*.so && ldconfig",
        "mv /tmp/dlbox-cudnn.conf /etc/ld.so.conf.d/; for f in /opt/dlbox/wheels/cudnn/nvidia/cudnn/lib/lib*.so;"
        " do ln -s $f /usr/local/lib/; done; ldconfig",
        "cudnn",
        r"libcudnn\.so\.9: cannot open shared object",
    ),
    Breakage(
        "another NCCL's header",
        *edit(
            "/opt/dlbox/wheels/nccl/nvidia/nccl/include/nccl.h",
            "s/NCCL_MINOR 32/NCCL_MINOR 31/",
        ),
        "test_everybody_finds_the_planned_nccl",
        r"'the compiler': '2\.31\.3'",
    ),
    Breakage(
        "a venv's package replaced",
        f"{PIP_INSTALL} packaging==24.0",
        f"{PIP_INSTALL} {LOCKED}",
        "test_the_venv_holds_the_locked_wheels_and_no_others and pytorch",
        r"not in the lock of pytorch: packaging==24\.0",
    ),
    Breakage(
        "a venv's file edited",
        f"echo '# edited' >>{SITE}/torch/functional.py",
        f"sed -i '$d' {SITE}/torch/functional.py",
        "test_no_installed_file_was_edited and pytorch",
        r"edited in pytorch: torch: torch/functional\.py",
    ),
    Breakage(
        "dlbox-env gone",
        "mv /usr/local/bin/dlbox-env /tmp/",
        "mv /tmp/dlbox-env /usr/local/bin/",
        "test_people_can_enter and pytorch",
        "dlbox-env",
    ),
    Breakage(
        "JupyterLab on all addresses",
        *served("s/127.0.0.1/0.0.0.0/"),
        "test_it_listens_on_loopback_only",
        r"port 8888 listens on \{'0\.0\.0\.0'\}",
    ),
    Breakage(
        "JupyterLab open to anyone",
        *served('s/^c.IdentityProvider.token = .*/c.IdentityProvider.token = ""/'),
        "test_only_the_token_opens_it",
        "'without': 200",
    ),
    Breakage(
        "a readable token",
        "chmod 644 /etc/dlbox/jupyter-token",
        "chmod 600 /etc/dlbox/jupyter-token",
        "test_the_token_is_its_users_alone",
        "420",
    ),
    Breakage(
        "a blank token",
        "cp -p /etc/dlbox/jupyter-token /root/token; echo >/etc/dlbox/jupyter-token",
        "cp -p /root/token /etc/dlbox/jupyter-token; rm /root/token",
        "test_the_token_is_long_enough",
        "fewer than 32 characters",
    ),
    Breakage(
        "JupyterLab stopped",
        "systemctl stop dlbox-jupyter",
        RESTART,
        "test_it_serves_and_starts_at_boot",
        "dlbox-jupyter does not run",
    ),
    Breakage(
        "a password for the Jupyter user",
        "echo jupyter:secret | chpasswd",
        "passwd -q -l jupyter; usermod -p '!' jupyter",
        "test_the_user_made_for_it_has_no_password",
        "it has a password",
    ),
    Breakage(
        "a kernel that starts the wrong Python",
        *edit(
            f"{KERNELS}/pytorch/kernel.json",
            "s#/opt/dlbox/venvs/pytorch#/opt/dlbox/venvs/jupyter#",
        ),
        "test_each_kernel_runs_a_cell and pytorch",
        "42 /opt/dlbox/venvs/jupyter",
    ),
    Breakage(
        "JupyterLab as root",
        *edit("/etc/systemd/system/dlbox-jupyter.service", "s/^User=.*/User=root/"),
        "test_the_unit_runs_as_that_user",
        r"\['root'\] == \['jupyter'\]",
    ),
)

ROUNDS = tuple(
    tuple(one for i, one in enumerate(BREAKAGES) if i % 5 == turn) for turn in range(5)
)
"""Breakages that one look at a box sees together, since each look costs seconds. A round takes every
fifth of the list: two that edit one file must not be five apart."""
