"""Reach a box again whose connection may be lost, and detect that others rebooted it."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import Any

import gevent  # type: ignore[import-untyped] # it has no types
from gevent import Timeout
from pyinfra.api import Host, StringCommand
from pyinfra.connectors.util import clear_askpass_cache, remove_any_sudo_askpass_file

ANSWER_S = 45
"""Seconds to wait for an answer: a box that is frozen, or that lost its power, closes no
connection."""

# While a box is down, paramiko writes a traceback per attempt, to stderr if its log has no
# handler.
logging.getLogger("paramiko").addHandler(logging.NullHandler())


def request_reboot(host: Host, shell: str, arguments: Mapping[str, Any]) -> str:
    """Ask for a reboot and close the connection; return how the box refused, or "" if it did not.

    If the connection breaks, only the boot id can tell whether the box received the request.
    """
    refusal = ""
    try:
        with Timeout(ANSWER_S, TimeoutError):
            done, output = host.run_shell_command(StringCommand(shell), **arguments)
            # A box that goes down at once may return no exit status, which looks like a
            # failure.
            words = [line for line in output.stdout_lines if line.startswith("refused")]
            refusal = " ".join(words or ([] if done else output.stderr_lines))
            remove_any_sudo_askpass_file(host)
    except Exception:  # noqa: BLE001, S110 - each way to lose a box raises another exception
        pass
    if not refusal:
        close_connection(host)
    return refusal


def run_and_read(host: Host, shell: str, arguments: Mapping[str, Any]) -> list[str] | None:
    """Return the lines that a box prints; None: it does not answer, for whichever reason."""
    try:
        with Timeout(ANSWER_S, TimeoutError):
            host.connect(show_errors=False)
            if host.connected:
                done, output = host.run_shell_command(StringCommand(shell), **arguments)
                if done:
                    return list(output.stdout_lines)
    except Exception:  # noqa: BLE001, S110 - as above
        pass
    close_connection(host)
    return None


def close_connection(host: Host) -> None:
    """Close the connection; pyinfra's own disconnect leaves it open, and sshd admits only a few."""
    clear_askpass_cache(host)
    client = getattr(host.connector, "client", None)
    try:
        with Timeout(ANSWER_S, TimeoutError):
            if client:
                client.close()
            host.disconnect()
    except Exception:  # noqa: BLE001 - as above
        host.connected = False


POLL_S = 5
BOOT_ID = "cat /proc/sys/kernel/random/boot_id"


def rebooted(before: str, after: str) -> str:
    """Return a message about the box if it was rebooted; empty: it was not, or that is not known."""
    if not before or not after or before == after:
        return ""
    return f"box rebooted during the run (boot id {before}->{after})"


def detect_unexpected_reboots(lost: dict[Host, str], patience_s: float = 240) -> dict[str, str]:
    """Return box -> message, for boxes whose connection was lost and that were rebooted.

    ``lost``: host -> its boot id at the beginning of the run. The function waits for all boxes
    at once, at most about ``patience_s`` seconds.
    """
    tasks = {
        host.name: gevent.spawn(_await_answer, host, before, patience_s)
        for host, before in lost.items()
    }
    gevent.joinall(list(tasks.values()))
    return {name: task.value for name, task in tasks.items() if task.value}


def _await_answer(host: Host, before: str, patience_s: float) -> str:
    end = time.monotonic() + patience_s
    while True:
        lines = run_and_read(host, BOOT_ID, {})
        if lines or time.monotonic() >= end:
            return rebooted(before, "".join(lines or []))
        gevent.sleep(POLL_S)
