"""Have the driver's modules signed by the box's own key."""

from __future__ import annotations

from collections.abc import Generator

from pyinfra import host
from pyinfra.api import QuoteString, StringCommand, operation

from roles.box import apt
from roles.box.outcome import outcome
from roles.nvidia_driver.signing.decision import steps
from roles.nvidia_driver.signing.facts import Managerless, Missigned, MokState
from roles.nvidia_driver.signing.mok import Mok

UNSIGNED = "dkms does not sign it: see `dkms build` on the box for what it lacks"


def tools() -> None:
    """Have what makes a key and asks for its enrolment, before the first module is built.

    dkms leaves a module unsigned, and says so to nobody, where openssl is missing.
    """
    apt.install(name="Install what signs modules", wanted={"mokutil": "", "openssl": ""})


@operation()
def sign(modules: str = "nvidia") -> Generator[StringCommand, None, None]:
    """Build again what the box's key has not signed; dkms makes the key if there is none.

    ``modules``: what dkms' names of them begin with.
    """
    key: Mok = host.get_fact(MokState)
    certificate = key.certificate
    wrong: list[str] = host.get_fact(Missigned, certificate=certificate, modules=modules)
    if not wrong:
        host.noop("all are signed")
        return
    for line in wrong:
        name, version, kernel = (QuoteString(word) for word in line.split(" "))
        which = ("-m", name, "-v", version, "-k", kernel)
        yield StringCommand("dkms build --force", *which)
        yield StringCommand("dkms install --force", *which)
    again = Missigned().command(certificate=certificate, modules=modules)
    yield StringCommand(
        f'wrong=$({again}\n); [ -z "$wrong" ] || {{ echo "$wrong: {UNSIGNED}" >&2; exit 1; }}'
    )


@operation()
def enrolment(box: str) -> Generator[StringCommand, None, None]:
    """Remember for the summary what a person has to do until the kernel knows the key."""
    key: Mok = host.get_fact(MokState)
    lacking: list[str] = host.get_fact(Managerless)
    outcome(box).enrol = tuple(steps(key, lacking))
    host.noop("only looked")
    yield from ()
