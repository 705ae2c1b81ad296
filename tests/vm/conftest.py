"""Machines for this tier: a plain one is made and booted once, and each module goes on from there."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from dlbox.sandbox.container import start
from dlbox.sandbox.engine import engine
from dlbox.sandbox.image import image
from dlbox.sandbox.mounts import download_cache
from tests.vm.base_machine import Plain, kernels
from tests.vm.disk import make_disk
from tests.vm.fast_boot import few_modules
from tests.vm.machine import Machine
from tests.vm.prepare import prepare


@pytest.fixture(scope="session")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the key that every machine lets in as root."""
    file = tmp_path_factory.mktemp("key") / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file], check=True)
    return file


@pytest.fixture(scope="session")
def plain(key: Path, tmp_path_factory: pytest.TempPathFactory) -> Plain:
    """Return a plain machine that was booted and saved; it costs a boot once per run."""
    os.environ.update(engine().environment())
    folder = tmp_path_factory.mktemp("plain")
    box = start("dlbox-test-vm-plain", image("debian-13"), mounts=download_cache("debian-13"))
    try:
        old, new = kernels(box)
        prepare(box, [f"linux-image-{kernel}" for kernel in (old, new)], few_modules())
        public = key.with_suffix(".pub").read_text(encoding="utf-8")
        base = make_disk(box, folder / "plain.raw", public)
    finally:
        box.remove()
    machine = Machine("plain", base, key)
    try:
        machine.start()
        machine.wait_for_ssh()
        return Plain(base, key, machine.save(folder), old, new)
    finally:
        machine.remove()


@pytest.fixture(scope="module")
def machine(plain: Plain) -> Iterator[Machine]:
    """Return a machine of the module's own that goes on from where the plain one was saved."""
    made = Machine("plain", plain.base, plain.key)
    try:
        made.restore(plain.snapshot)
        yield made
    finally:
        made.remove()
