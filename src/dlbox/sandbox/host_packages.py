"""The Debian packages that the container tiers stand on."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from dlbox.subprocesses import call

TOOLS = (
    # For the stub archives: a signature, and a libcuda.so.1 that says there is no card.
    "gnupg",
    "gpgv",
    "gcc",
    "libc6-dev",
    "openssh-client",
    "podman",
    "runc",
    "netavark",
    "aardvark-dns",
    # netavark runs it, and its package does not ask for it.
    "iptables",
    "uidmap",
    "mmdebstrap",
    # Machines that boot: QEMU, its UEFI, and what makes their disks.
    "qemu-system-x86",
    "qemu-utils",
    "ovmf",
    "mtools",
    "dosfstools",
    "fdisk",
    "e2fsprogs",
    "shellcheck",
)


def _output(*argv: str) -> str:
    return subprocess.run(argv, capture_output=True, text=True, check=False).stdout


def missing_tools() -> list[str]:
    """Those that dpkg does not know as installed."""
    status = ("dpkg-query", "-W", "-f=${db:Status-Status}")
    return [tool for tool in TOOLS if _output(*status, tool) != "installed"]


def _agreed(*, yes: bool) -> bool:
    if yes or os.environ.get("CI") == "true":
        return True
    if not sys.stdin.isatty():
        return False
    try:
        return input("Go ahead? [y/N] ").strip().lower() in {"y", "yes"}
    except EOFError:
        return False


def _apt(*arguments: str) -> int:
    as_root = (
        [] if os.geteuid() == 0 else ["sudo", "--preserve-env=http_proxy,https_proxy,no_proxy"]
    )
    quiet = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    return call([*as_root, *quiet, "-o", "DPkg::Lock::Timeout=600", *arguments])


def install_tools(*, yes: bool) -> str:
    """Install what is missing, after saying so; return why not all of it could be."""
    if not shutil.which("apt-get"):
        return "no apt-get here, so nothing was installed"
    missing = missing_tools()
    if not missing:
        return ""
    print(f"dlbox test: the container tiers need, with apt: {' '.join(missing)}", flush=True)
    if os.geteuid() != 0 and not shutil.which("sudo"):
        return f"neither root nor sudo to install {' '.join(missing)}"
    if not _agreed(yes=yes):
        return f"nobody agreed to install {' '.join(missing)} | add -y"
    # The mirror may be in the middle of a sync: one more try, then the install says what is wrong.
    update = ("-o", "APT::Update::Error-Mode=any", "update")
    _ = _apt(*update) and _apt(*update)
    # Ubuntu 22.04 knows no netavark: its podman brings a network of its own.
    known = [tool for tool in missing if _output("apt-cache", "show", tool)]
    return f"apt could not install {' '.join(known)}" if _apt("install", "-y", *known) else ""
