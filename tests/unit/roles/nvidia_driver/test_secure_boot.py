"""The key that signs modules: what a box says of it, who is let through, what a person then does."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dlbox.host.identity import Identity
from dlbox.host.mok import Mok
from dlbox.stack.model import Refused, Stack
from roles.nvidia_driver.secure_boot.decision import (
    check_secure_boot,
    enrolment_steps,
    needs_signing,
)
from roles.nvidia_driver.secure_boot.operations import WronglySigned, rebuild_modules
from tests.support.builders import a_box, a_plan
from tests.support.shell import Answer, ShellSandbox

BOX = a_box(
    clock=1_795_000_000,
    pci_gpus=("10de:2684",),
    kernels=("6.12.118+deb13-amd64",),
    secure_boot=True,
)


def stack(box: Identity, **data: Any) -> Stack:
    return a_plan(box, **data).stack


def judged(box: Identity, state: str, signing: str | None = None) -> str:
    """Return the refusal; empty: let through."""
    try:
        check_secure_boot(box, stack(box), Mok(state), signing)
    except Refused as refusal:
        return str(refusal)
    return ""


@pytest.mark.parametrize("state", ["none", "made", "waiting"])
def test_a_module_that_the_kernel_would_not_load_is_refused_in_one_line(state: str) -> None:
    said = judged(BOX, state)
    assert said.startswith("Secure Boot is on and would keep the driver's module out")
    assert "nvidia_driver_signing = 'mok'" in said
    assert "\n" not in said


def test_a_refusal_says_how_far_the_key_is() -> None:
    assert "by a key that is still to be made |" in judged(BOX, "none")
    assert "by a key that is not enrolled |" in judged(BOX, "made")
    assert "by a key that is not enrolled yet, which the next boot asks about |" in judged(
        BOX, "waiting"
    )


def test_signed_prebuilt_modules_are_named_where_the_distribution_has_them() -> None:
    ubuntu = replace(BOX, system="ubuntu-24.04", kernels=("6.8.0-31-generic",))
    assert "linux-modules-nvidia" in judged(ubuntu, "none")
    assert "linux-modules-nvidia" not in judged(BOX, "none")


def test_an_enrolled_key_or_a_request_for_one_lets_the_driver_through() -> None:
    assert judged(BOX, "enrolled") == ""
    for state in ("none", "made", "waiting", "enrolled"):
        assert judged(BOX, state, "mok") == ""


@pytest.mark.parametrize(
    "change",
    [{"secure_boot": False}, {"kernels": ()}, {"pci_gpus": ()}],
    ids=["no Secure Boot", "a container", "no card"],
)
def test_no_signature_is_asked_for_where_no_kernel_asks(change: dict[str, Any]) -> None:
    box = replace(BOX, **change)
    assert needs_signing(BOX, stack(BOX))
    assert not needs_signing(box, stack(box))
    assert judged(box, "none") == ""


def test_a_person_is_guided_until_the_kernel_knows_the_key() -> None:
    console = (
        "reboot; at the box's console, within 10 s: a key, Enroll MOK, Continue, Yes, the password,"
        " Reboot"
    )
    ask = "sudo mokutil --import /var/lib/dkms/mok.pub (choose a one-time password)"
    assert enrolment_steps(Mok("made")) == [ask, console]
    assert enrolment_steps(Mok("waiting")) == [console]
    assert enrolment_steps(Mok("enrolled"), ["/boot/efi/EFI/debian"]) == []


def test_a_person_puts_mokmanager_in_place_before_asking_for_it() -> None:
    first, *_ = enrolment_steps(Mok("made"), ["/boot/efi/EFI/debian"])
    assert first.endswith("sudo cp /usr/lib/shim/mmx64.efi* /boot/efi/EFI/debian/mmx64.efi")


def test_a_module_that_cannot_be_signed_keeps_no_other_from_it(tmp_path: Path) -> None:
    box = ShellSandbox(tmp_path)
    box.tool("dkms", {"build * 6.1": Answer(status=10), "*": ""})
    rows = ["nvidia 550.1 6.1", "nvidia 550.1 6.12"]
    assert box.shell(str(rebuild_modules(rows))).status == 1
    which = "-m nvidia -v 550.1 -k"
    assert box.calls() == [
        f"dkms build --force {which} 6.1",
        f"dkms build --force {which} 6.12",
        f"dkms install --force {which} 6.12",
    ]
    assert box.shell(str(rebuild_modules(rows[1:]))).status == 0


def test_the_arguments_of_the_search_are_quoted() -> None:
    said = WronglySigned().command(certificate="/etc/a b; reboot", modules="nvidia")
    assert said.startswith("set -- '/etc/a b; reboot' nvidia\n#!/bin/sh\n")
