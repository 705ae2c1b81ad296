"""The key that signs modules: what a box says of it, who is let through, what a person then does."""

import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dlbox.host.identity import Identity
from dlbox.host.mok import READ_MOK, Mok, parse_mok
from dlbox.plan.plan import make_plan
from dlbox.stack.model import Refused, Stack
from roles.nvidia_driver.secure_boot.decision import (
    check_secure_boot,
    enrolment_steps,
    needs_signing,
)
from roles.nvidia_driver.secure_boot.facts import MokState, WronglySigned

BOX = Identity(
    system="debian-13",
    arch="x86_64",
    uid=0,
    systemd=True,
    clock=1_795_000_000,
    free_gb=100.0,
    sudo="none",
    foreign=(),
    pci_gpus=("10de:2684",),
    kernels=("6.12.118+deb13-amd64",),
    secure_boot=True,
)
CERTIFICATE, KEY = "/var/lib/dkms/mok.pub", "/var/lib/dkms/mok.key"


def stack(box: Identity, **data: Any) -> Stack:
    return make_plan(box, data, date(2026, 11, 25)).stack


def judged(box: Identity, state: str, signing: str | None = None) -> str:
    """Return the refusal; empty: let through."""
    try:
        check_secure_boot(box, stack(box), Mok(state), signing)
    except Refused as refusal:
        return str(refusal)
    return ""


@pytest.mark.parametrize(
    ("said", "read"),
    [
        (f"none {CERTIFICATE} {KEY}", Mok("none", CERTIFICATE, KEY)),
        (f"enrolled {CERTIFICATE} {KEY}", Mok("enrolled", CERTIFICATE, KEY)),
        (
            "made /etc/keys/c.der pkcs11:token=hsm;object=modules key",
            Mok("made", "/etc/keys/c.der", "pkcs11:token=hsm;object=modules key"),
        ),
        ("", Mok("none", CERTIFICATE, KEY)),
        ("enrolled", Mok("none", CERTIFICATE, KEY)),
    ],
)
def test_what_a_box_says_of_its_key_is_read(said: str, read: Mok) -> None:
    assert parse_mok(said) == read
    assert MokState().process([f"mok {said}"]) == read


def test_a_key_counts_once_it_is_enrolled() -> None:
    assert [Mok(state).enrolled for state in ("none", "made", "waiting", "enrolled")] == [
        *(False, False, False),
        True,
    ]


@pytest.mark.parametrize("state", ["none", "made", "waiting"])
def test_a_module_that_the_kernel_would_not_load_is_refused_in_one_line(state: str) -> None:
    said = judged(BOX, state)
    assert said.startswith("Secure Boot is on and would keep the driver's module out")
    assert "nvidia_driver_signing = 'mok'" in said
    assert "\n" not in said


def test_a_refusal_says_how_far_the_key_is() -> None:
    assert "by a key that is still to be made;" in judged(BOX, "none")
    assert "by a key that is not enrolled;" in judged(BOX, "made")
    assert "by a key that is not enrolled yet, which the next boot asks about;" in judged(
        BOX, "waiting"
    )


def test_signed_prebuilt_modules_are_named_where_the_distribution_has_them() -> None:
    ubuntu = replace(BOX, system="ubuntu-24.04", kernels=("6.8.0-31-generic",))
    assert "linux-modules-nvidia" in judged(ubuntu, "none")
    assert "linux-modules-nvidia" not in judged(BOX, "none")


def test_an_enrolled_key_or_the_wish_for_one_lets_the_driver_through() -> None:
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


def state(folder: Path, *files: str) -> str:
    """Run the box's shell over files of a folder in place of /etc, /var and the firmware's."""
    text = READ_MOK
    for root in ("/etc/", "/var/lib/", "/sys/firmware/efi/efivars"):
        text = text.replace(root, f"{folder}{root}")
    for file in files:
        path, _, content = file.partition("=")
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content, encoding="utf-8")
    done = subprocess.run(["sh", "-c", text], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout.replace(str(folder), "")


DEBIAN = ("etc/os-release=ID=debian\n", "var/lib/dkms/mok.pub=CERT", "var/lib/dkms/mok.key=KEY")
EFI = "sys/firmware/efi/efivars"
LIST, NEW = f"{EFI}/MokListRT-605dab50", f"{EFI}/MokNew-605dab50"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (DEBIAN[:1], "none"),
        (DEBIAN[:2], "none"),  # dkms makes both again where one is missing
        (DEBIAN, "made"),
        ((*DEBIAN, f"{LIST}=another", f"{NEW}=yet another"), "made"),
        ((*DEBIAN, f"{LIST}=another", f"{NEW}=beforeCERTbehind"), "waiting"),
        ((*DEBIAN, f"{LIST}=another CERT", f"{NEW}=CERT"), "enrolled"),
        ((*DEBIAN, f"{EFI}/MokListRT1-605dab50=CERT"), "enrolled"),
    ],
)
def test_the_state_of_a_key_is_read_off_the_firmware(
    tmp_path: Path, files: tuple[str, ...], said: str
) -> None:
    assert state(tmp_path, *files) == f"mok {said} {CERTIFICATE} {KEY}\n"


def test_ubuntu_keeps_its_key_elsewhere(tmp_path: Path) -> None:
    folder = "/var/lib/shim-signed/mok"
    files = (
        "etc/os-release=ID=ubuntu\n",
        f"{folder[1:]}/MOK.der=C",
        f"{folder[1:]}/MOK.priv=K",
    )
    assert state(tmp_path, *files) == f"mok made {folder}/MOK.der {folder}/MOK.priv\n"


def test_dkms_own_configuration_decides_on_the_key(tmp_path: Path) -> None:
    own = (
        f"mok_certificate={tmp_path}/own.der\nmok_signing_key='pkcs11:token=hsm;object=a key'\n"
    )
    files = (*DEBIAN, f"etc/dkms/framework.conf.d/own.conf={own}", "own.der=C", f"{LIST}=C")
    assert state(tmp_path, *files) == "mok enrolled /own.der pkcs11:token=hsm;object=a key\n"


def test_a_configuration_that_dkms_cannot_read_either_is_a_box_without_a_key(
    tmp_path: Path,
) -> None:
    said = state(tmp_path, *DEBIAN, "etc/dkms/framework.conf=if then (")
    assert MokState().process(said.splitlines()) == Mok()


def test_the_arguments_of_the_search_are_quoted() -> None:
    said = WronglySigned().command(certificate="/etc/a b; reboot", modules="nvidia")
    assert said.startswith("set -- '/etc/a b; reboot' nvidia\n#!/bin/sh\n")
