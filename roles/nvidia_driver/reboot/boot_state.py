"""The current state of a box's boot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from roles.nvidia_driver.reboot.grub import next_boot_entry
from roles.nvidia_driver.reboot.intent import Intent, intent
from roles.nvidia_driver.reboot.sessions import inhibitors, logged_in_users
from roles.nvidia_driver.transaction import upstream_version


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
