"""The key that signs modules: how far it is, read from files and from the firmware."""

import subprocess
from pathlib import Path

import pytest

from dlbox.host.mok import READ_MOK, Mok, parse_mok
from roles.nvidia_driver.secure_boot.operations import MokState

CERTIFICATE, KEY = "/var/lib/dkms/mok.pub", "/var/lib/dkms/mok.key"


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
