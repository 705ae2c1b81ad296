"""Ctrl-C while pyinfra runs is known afterwards, although pyinfra ends with exit status 0."""

from __future__ import annotations

import signal
from types import ModuleType

import pytest

from dlbox.cli.up import Interrupts


def a_program() -> ModuleType:
    """Return a module that handles Ctrl-C as pyinfra does."""
    module = ModuleType("program")
    text = (
        "import os, signal, sys\n"
        "def main(kill):\n"
        "    signal.signal(signal.SIGINT, lambda number, frame: sys.exit(0))\n"
        "    if kill:\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "        signal.pause()\n"
    )
    exec(text, module.__dict__)  # noqa: S102 - our own text
    return module


def test_an_interrupt_is_noted() -> None:
    program = a_program()
    with Interrupts(program) as interrupts, pytest.raises(SystemExit) as end:
        program.main(kill=True)
    assert (end.value.code, interrupts.happened) == (0, True)


def test_afterwards_all_is_as_before() -> None:
    before = signal.getsignal(signal.SIGINT)
    program = a_program()
    with Interrupts(program) as interrupts:
        program.main(kill=False)
    assert not interrupts.happened
    assert signal.getsignal(signal.SIGINT) is before
    assert program.__dict__["signal"] is signal
