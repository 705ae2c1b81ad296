"""Install the Debian packages that container boxes and the tests need."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence

TRY_TOOLS = (
    # With packages that a box needs for networks, names and users, and that podman does not depend
    # on; netavark runs iptables, but its package does not depend on it.
    *("podman", "runc", "netavark", "aardvark-dns", "iptables", "uidmap", "mmdebstrap"),
)
"""The packages that make and run container boxes."""
TEST_TOOLS = (
    *TRY_TOOLS,
    # For the stub archives: a signature, and a libcuda.so.1 that reports that there is no card.
    *("gnupg", "gpgv", "gcc", "libc6-dev", "openssh-client"),
    # For virtual machines: QEMU, its UEFI firmware, and the tools that make the disks.
    *("qemu-system-x86", "qemu-utils", "ovmf", "mtools", "dosfstools", "fdisk", "e2fsprogs"),
    "shellcheck",
)
"""The packages that all tiers of the tests need."""


def _output(*argv: str) -> str:
    return subprocess.run(argv, capture_output=True, text=True, check=False).stdout


def missing_tools(tools: Sequence[str]) -> list[str]:
    """Return the tools that dpkg does not list as installed."""
    # A line per architecture of a tool.
    status = ("dpkg-query", "-W", "-f", "${db:Status-Status}\\n")
    return [tool for tool in tools if "installed" not in _output(*status, tool).splitlines()]


def _confirmed(*, yes: bool) -> bool:
    if yes or os.environ.get("CI") == "true":
        return True
    if not sys.stdin.isatty():
        return False
    try:
        return input("Go ahead? [y/N] ").strip().lower() in {"y", "yes"}
    except EOFError:
        return False


def _apt(*arguments: str) -> str:
    """Run apt-get as root and return its last line if it failed, else ""."""
    as_root = (
        [] if os.geteuid() == 0 else ["sudo", "--preserve-env=http_proxy,https_proxy,no_proxy"]
    )
    quiet = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    words = [*as_root, *quiet, "-o", "DPkg::Lock::Timeout=600", *arguments]
    done = subprocess.run(
        words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    lines = done.stdout.strip().splitlines()
    return "" if done.returncode == 0 else (lines or [f"exit status {done.returncode}"])[-1]


def install_tools(tools: Sequence[str], *, yes: bool) -> str:
    """Print and install what is missing; return why something could not be installed, or ""."""
    if not shutil.which("apt-get"):
        return "no apt-get here, so nothing was installed"
    missing = missing_tools(tools)
    if not missing:
        return ""
    print(f"needed, with apt: {' '.join(missing)}", flush=True)
    if os.geteuid() != 0 and not shutil.which("sudo"):
        return f"neither root nor sudo to install {' '.join(missing)}"
    if not _confirmed(yes=yes):
        return f"nobody confirmed to install {' '.join(missing)} | add -y"
    print("updating apt's lists", flush=True)
    # The mirror may be in the middle of a sync: retry once, then the install reports the fault.
    update = ("-o", "APT::Update::Error-Mode=any", "update")
    _ = _apt(*update) and _apt(*update)
    # Ubuntu 22.04 has no netavark: its podman brings its own network.
    known = [tool for tool in missing if _output("apt-cache", "show", tool)]
    print(f"installing {' '.join(known)}", flush=True)
    # No installed package changes, and no recommended package is added.
    why = _apt("install", "-y", "--no-install-recommends", "--no-upgrade", *known)
    return f"apt could not install {' '.join(known)}: {why}" if why else ""
