"""Read a box's boot: its kernels and modules, who is logged in, and which reboot was requested."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pyinfra.api import FactBase
from pyinfra.api.exceptions import FactProcessError
from typing_extensions import override

from dlbox.shell import LIBRARY
from roles.nvidia_driver.reboot.grub import next_boot_entry
from roles.nvidia_driver.transaction import upstream_version

INTENT = "/var/lib/dlbox/reboot"


@dataclass(frozen=True)
class Intent:
    """A reboot that was requested and not verified yet."""

    boot: str
    """The boot id at the time of the request."""
    kernel: str
    """The kernel that must run after the reboot."""
    driver: str
    """The version of the driver whose module must load; empty: of the driver that is installed
    then."""
    asked: datetime
    """The time of the request, by the controller's clock."""

    def text(self) -> str:
        """Return the lines of the file."""
        when = self.asked.isoformat(timespec="seconds")
        return f"boot {self.boot}\nkernel {self.kernel}\ndriver {self.driver}\nasked {when}"


def intent(lines: Iterable[str]) -> Intent | None:
    """Parse the file; None: it does not exist or is incomplete."""
    word = {key: value for key, _, value in (line.partition(" ") for line in lines)}
    try:
        when = datetime.fromisoformat(word["asked"])
        return Intent(word["boot"], word["kernel"], word["driver"], when)
    except (KeyError, ValueError):
        return None


def logged_in_users(sessions: Iterable[str], own: str, who: Iterable[str]) -> tuple[str, ...]:
    """Return who is logged in and from where, without dlbox's own session.

    ``sessions`` are logind's, as Key=value words. If logind knows none (no libpam-systemd),
    ``who`` lists the terminals; dlbox's session has none.
    """
    rows = [dict(word.partition("=")[::2] for word in session.split()) for session in sessions]
    if not rows:
        names = [line.split() for line in who]
        return tuple(sorted({f"{words[0]} on {words[1]}" for words in names}))
    return tuple(
        sorted(
            f"{row.get('Name')} {_where(row)}"
            for row in rows
            if row.get("Class") == "user"
            and row.get("Id") != own
            and (row.get("TTY") or row.get("Remote") == "yes")
        )
    )


def _where(row: dict[str, str]) -> str:
    return f"on {row['TTY']}" if row.get("TTY") else f"from {row.get('RemoteHost') or 'afar'}"


def inhibitors(said: str) -> tuple[str, ...]:
    """Return the name and the reason of everything that inhibits a shutdown.

    ``said`` is busctl's JSON of logind's list. Delays are ignored, because they end by
    themselves.
    """
    try:
        rows = json.loads(said)["data"][0]
    except (ValueError, KeyError, IndexError):
        return ()  # without logind nothing can inhibit a shutdown
    return tuple(
        f"{who} ({why})"
        for what, who, why, mode, *_ in rows
        if "shutdown" in what.split(":") and mode.startswith("block")
    )


@dataclass(frozen=True)
class BootStatus:
    """The boot as boot-state.sh saw it."""

    boot: str
    """Boot id."""
    running: str
    """The running kernel."""
    following: str
    """The kernel that boots next; empty: a container has none."""
    system: str = "running"
    """The state that systemd reports for itself; empty: it does not run."""
    container: bool = False
    installed: str = ""
    """The version of the driver's user space."""
    loaded: str = ""
    """The version of the loaded module."""
    others: tuple[str, ...] = ()
    """Loaded modules that would take the card before the driver can."""
    staged: bool = False
    """True if the next boot itself installs another driver."""
    gpus: tuple[str, ...] = ()
    """NVIDIA's GPUs on the PCI bus; without one the module cannot stay loaded."""
    modules: Mapping[str, str] = field(default_factory=dict)
    """Kernel -> version of the module that is installed for it."""
    users: tuple[str, ...] = ()
    inhibitors: tuple[str, ...] = ()
    intent: Intent | None = None

    def module(self, kernel: str) -> str:
        """Return the version of a kernel's module; empty: it has none."""
        return self.modules.get(kernel, "")


def parse_boot_status(lines: Iterable[str]) -> BootStatus:
    """Parse the output of boot-state.sh. Raises KeyError."""
    word: dict[str, list[str]] = {}
    for line in lines:
        key, _, value = line.strip().partition(" ")
        word.setdefault(key, []).append(value.strip())

    def every(key: str) -> list[str]:
        return word.get(key, [])

    def only(key: str) -> str:
        return "".join(every(key)[:1])

    kernels = every("kernel")
    env = dict(line.partition("=")[::2] for line in every("grubenv"))
    newest = kernels[-1] if kernels else ""
    return BootStatus(
        boot=word["boot"][0],
        running=word["running"][0],
        following=next_boot_entry(every("grub"), env) if every("grub") else newest,
        system=only("system"),
        container=only("container") == "yes" or not kernels,
        installed=upstream_version(only("installed")),
        loaded=only("loaded"),
        others=tuple(every("other")),
        staged=only("staged") == "yes",
        gpus=tuple(every("gpu")),
        modules=dict(line.partition(" ")[::2] for line in every("module")),
        users=logged_in_users(every("session"), only("own"), every("who")),
        inhibitors=inhibitors(only("inhibitors")),
        intent=intent(every("intent")),
    )


def script(name: str, *words: str) -> str:
    """Return the shell script of a file beside this one, after the library, with its arguments set."""
    text = (Path(__file__).parent / name).read_text(encoding="utf-8")
    return f"set -- {shlex.join(words)}\n{LIBRARY}{text}"


class BootState(FactBase[BootStatus | None]):
    """The box's boot; ``package`` is the one with libcuda.so.1, empty if the box has no driver."""

    @override
    def command(self, package: str) -> str:
        return script("boot-state.sh", package)

    @override
    def process(self, output: Iterable[str]) -> BootStatus:
        lines = list(output)
        try:
            return parse_boot_status(lines)
        except KeyError as error:
            msg = f"cannot make out the boot: {error} in {lines}"
            raise FactProcessError(msg) from error


def parse_boot(lines: Iterable[str] | None) -> BootStatus | None:
    """Parse the output of boot-state.sh; None: it is incomplete, or the box was not asked."""
    try:
        return parse_boot_status(lines) if lines else None
    except KeyError:
        return None
