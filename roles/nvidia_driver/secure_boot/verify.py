"""Checks that hold for the driver's modules while Secure Boot is on."""

from __future__ import annotations

import shlex

import pytest
from testinfra.host import Host

from dlbox.host.identity import Identity
from dlbox.host.mok import READ_MOK, Mok, parse_mok
from dlbox.stack.model import Stack
from roles.nvidia_driver.secure_boot.decision import enrolment_steps, needs_signing


@pytest.fixture
def key(box: Host, seen: Identity, stack: Stack) -> Mok:
    """Return the box's key."""
    if not needs_signing(seen, stack):
        pytest.skip("no Secure Boot asks for a signed driver")
    return parse_mok(box.check_output(READ_MOK).removeprefix("mok "))


def signers(box: Host, pattern: str) -> dict[str, str]:
    """Return the modules that dkms installed, each with the serial number of its signer."""
    said = box.check_output(
        f"find /lib/modules/*/updates/dkms -name {shlex.quote(pattern)} 2>/dev/null |"
        ' while read -r file; do echo "$file $(modinfo -F sig_key "$file" | tr -d :)"; done'
    )
    return {line.partition(" ")[0]: line.partition(" ")[2] for line in said.splitlines()}


@pytest.fixture
def signed(box: Host) -> dict[str, str]:
    """Return the driver's modules, each with the serial number of its signer."""
    return signers(box, "nvidia*.ko*")


def certificate(box: Host, key: Mok, wanted: str) -> str:
    """Return one field of the key's certificate, as digits only."""
    path = shlex.quote(key.certificate)
    said = box.check_output(f"openssl x509 -inform DER -in {path} -noout {wanted}")
    return str(said).replace("=", "\n").split("\n")[-1].strip().replace(":", "")


def test_every_module_is_signed_by_the_boxs_own_key(
    box: Host, key: Mok, signed: dict[str, str]
) -> None:
    serial = certificate(box, key, "-serial")
    assert signed, "dkms has installed no module"
    for module, signer in signed.items():
        assert signer, f"{module} is not signed"
        assert signer == serial, (
            f"{module} is signed by {signer}, {key.certificate} is {serial}"
        )


def test_the_key_is_roots_alone(box: Host, key: Mok) -> None:
    if key.key.startswith("pkcs11:"):
        pytest.skip("the key that signs modules is in a token")
    file = box.file(key.key)
    assert (file.user, oct(file.mode)) == ("root", "0o600"), (
        f"others than root can use {key.key}"
    )


def test_the_kernel_knows_the_key(box: Host, key: Mok) -> None:
    # The kernel's own list instead of the firmware's: it trusts only keys that it read at boot.
    name = certificate(box, key, "-ext subjectKeyIdentifier").lower()
    keys = box.check_output("cat /proc/keys")
    assert f"{name}: X509" in keys, (
        f"{key.certificate} is not enrolled: {'; '.join(enrolment_steps(key))}"
    )
