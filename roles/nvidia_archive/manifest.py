"""What the nvidia_archive role owns on a box: source, key and pins of apt, and its manifest."""

from __future__ import annotations

from pathlib import Path

from dlbox.host.deb822 import stanza
from dlbox.openpgp import fingerprint
from dlbox.settings.schema import Settings
from dlbox.stack.model import Refused, Repository, Stack
from dlbox.state.manifest import FileContent, Manifest
from roles.nvidia_archive.settings import NvidiaArchive

KEYS = Path(__file__).with_name("keys")
SOURCE = "/etc/apt/sources.list.d/dlbox-nvidia.sources"
PINS = "/etc/apt/preferences.d/dlbox-nvidia"

# The names of all driver packages, from any packager.
DRIVER = "*nvidia* libcuda1 libcudadebugger1 libnvcuvid1 libxnvctrl* libnvsdm cuda-drivers*"


def source(repository: Repository, settings: NvidiaArchive) -> str:
    """Return the text of the deb822 file. Raises Refused."""
    uri = f"{settings.url or repository.url}/{repository.tag}/x86_64/"
    options = (("Signed-By", "\n" + key(repository, settings)),)
    head = "# Written by dlbox: NVIDIA's CUDA repository, trusted by this one key only.\n"
    return head + stanza(uri, "/", (), options)


def key(repository: Repository, settings: NvidiaArchive) -> str:
    """Return the key that signs the repository, with its fingerprint checked. Raises Refused."""
    if settings.key is None and not repository.shipped:
        msg = (
            f"the key of NVIDIA's repository for {repository.tag} is not part of dlbox | fetch"
            f" {repository.url}/{repository.tag}/x86_64/{repository.key}.pub and name the file in"
            " nvidia_archive_key"
        )
        raise Refused(msg)
    file = Path(settings.key) if settings.key else KEYS / f"{repository.key}.asc"
    text = file.read_text(encoding="ascii", errors="replace")
    # A mirror may re-sign the repository with its own key; NVIDIA's server does not.
    if settings.url is None or settings.key is None:
        _check_fingerprint(text, repository)
    return text.strip()


def _check_fingerprint(text: str, repository: Repository) -> None:
    try:
        found = fingerprint(text)
    except ValueError as error:
        msg = f"nvidia_archive_key: {error}"
        raise Refused(msg) from error
    if found != repository.fingerprint:
        msg = (
            f"nvidia_archive_key: its fingerprint is {found}; {repository.tag} is signed by"
            f" {repository.fingerprint}"
        )
        raise Refused(msg)


def pins(stack: Stack, repository: Repository) -> str:
    """Return the text of apt's preferences, which define what may come from NVIDIA's repository."""
    theirs = f"release l={repository.label}"
    driver = stack.driver
    if driver and driver.source == "nvidia":
        # Above 1000, so that apt also downgrades to it, regardless of dpkg's order of versions.
        ours = _pin("the planned driver, and no other", DRIVER, f"version {driver.pin}*", 1001)
        # Any other version of the driver is never installed by itself.
        ours += "\n" + _pin("no other driver of NVIDIA's", DRIVER, theirs, -1)
    else:
        ours = _pin("the driver is the distribution's", DRIVER, theirs, -1)
    rest = _pin("all else only where the distribution has nothing", "*", theirs, 100)
    return f"# Written by dlbox.\n{ours}\n{rest}"


def _pin(why: str, package: str, pin: str, priority: int) -> str:
    return f"Explanation: {why}\nPackage: {package}\nPin: {pin}\nPin-Priority: {priority}\n"


def manifest(settings: Settings, stack: Stack) -> Manifest:
    """Return the manifest: the source and its pins; empty if the stack needs neither. Raises Refused."""
    wanted = settings[NvidiaArchive]
    repository = stack.repository
    if repository is None:
        return Manifest()
    return Manifest(
        files={
            SOURCE: FileContent(source(repository, wanted)),
            PINS: FileContent(pins(stack, repository)),
        }
    )


def accept(settings: Settings, stack: Stack) -> None:
    """Check the key that signs the repository. Raises Refused."""
    if stack.repository:
        key(stack.repository, settings[NvidiaArchive])
