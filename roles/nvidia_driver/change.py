"""Carry a change of the driver out: now, when nobody uses the card any more, or at the next boot."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

from pyinfra import host
from pyinfra.api import FunctionCommand, Host, QuoteString, State, StringCommand

from roles.box.outcome import outcome
from roles.nvidia_driver.busy.change import around, wait
from roles.nvidia_driver.busy.holders import Holders
from roles.nvidia_driver.busy.settings import Busy
from roles.nvidia_driver.busy.told import obstacle
from roles.nvidia_driver.busy.use import Use
from roles.nvidia_driver.staged import stage


@dataclass
class Verdict:
    """What became of the look at the card's users, when the change was about to begin."""

    obstacle: str = ""


def carried_out(
    change: str, package: str, when: Busy | None
) -> Generator[StringCommand | FunctionCommand, None, bool]:
    """Yield what carries out ``change``, a line of shell, and return whether it was carried out.

    ``package`` has libcuda.so.1.

    ``when`` is None where no driver can be loaded: in a container.
    A driver that is loaded is changed with its services stopped and its modules unloaded. Where
    somebody uses the card the box keeps the driver it has, and gets everything else.
    """
    if when is None or not host.get_fact(Holders).modules:
        yield StringCommand(change)
        return True
    verdict = Verdict()
    yield FunctionCommand(_look, [verdict, when], {})
    if not verdict.obstacle:
        yield around(change, package)
    elif when.policy == "stage":
        yield from stage(change, package)
        outcome(host.name).stays = True
        outcome(host.name).reboot = f"the driver changes at the next boot: {verdict.obstacle}"
    else:
        yield stay(verdict.obstacle)
    return not verdict.obstacle


def _look(state: State, host: Host, verdict: Verdict, when: Busy) -> bool:
    """Look again, now that it matters: what pyinfra asked before the run may be hours old."""
    del state
    if when.policy == "wait":
        host.run_shell_command(wait(when.seconds), print_output=True)
    use: Use = host.get_fact(Holders)
    verdict.obstacle = obstacle(use)
    return True


def in_the_way(when: Busy | None) -> str:
    """Return who is in the way of a change that shall then not even be prepared; empty: nobody."""
    if when is None or when.policy != "refuse":
        return ""
    use: Use = host.get_fact(Holders)
    return obstacle(use) if use.modules else ""


def stay(why: str) -> StringCommand:
    """Leave the box the driver it has, and say so."""
    outcome(host.name).stays = True
    outcome(host.name).kept = f"the driver stays as it is: {why}"
    return StringCommand("echo", QuoteString(why))
