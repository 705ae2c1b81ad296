"""Time a cold ``up`` against the bare commands for the same packages: ``python -m tests.bench.cold_up``.

Two fresh Debian 13 boxes declared with two GTX 1080 Ti, one after the other on the same machine,
neither with a cache of downloads. The ratio is what the rest of dlbox costs.
"""

# ruff: noqa: T201 - it prints what it measured

from __future__ import annotations

import os
import tempfile
from datetime import date
from pathlib import Path
from time import monotonic

from dlbox.host.layout import LOCKS, UV
from dlbox.host.store import ENVIRONMENT
from dlbox.sandbox.container import Container, start
from dlbox.sandbox.engine import engine
from dlbox.sandbox.image import image
from dlbox.sandbox.mounts import HOST_CA
from dlbox.stack.gpus import gpu_table
from dlbox.stack.model import Stack
from dlbox.stack.solve import solve
from roles.nvidia_driver.manifest import wanted_packages
from tests.support.cli import dlbox, inventory

RELEASE = "debian-13"
GPUS = ["10de:1b06", "10de:1b06"]
NAME = "dlbox-bench"
SET = f"export {ENVIRONMENT}"
APT = "DEBIAN_FRONTEND=noninteractive apt-get -q -y"


def commands() -> list[tuple[str, str]]:
    """Return the bare commands, in a row, with a name each."""
    stack = solve([gpu_table()[gpu] for gpu in GPUS], RELEASE, today=date(2026, 11, 24))
    assert isinstance(stack, Stack)
    assert stack.driver
    driver = wanted_packages(stack, stack.driver, desktop=False)
    packages = [*driver, "nvidia-cuda-toolkit"]
    locks = [row.lock for row in stack.frameworks.values()]
    libraries = [row.lock for row in (stack.cudnn, stack.nccl) if row]
    sync = f"{SET}; {UV} venv -q /opt/{{0}} && {UV} pip sync -q --python /opt/{{0}} --require-hashes /locks/{{0}}.txt"
    tree = f"{SET}; {UV} pip install -q --target /opt/{{0}} --no-deps --require-hashes -r /locks/{{0}}.txt"
    return [
        ("tools", f"{APT} update && {APT} install --no-install-recommends build-essential git tmux python3-venv pciutils"),
        ("uv", f"{SET}; python3 -m venv /opt/dlbox/uv && /opt/dlbox/uv/bin/pip install -q -r /locks/uv.txt"),
        ("driver and CUDA", f"{APT} update && {APT} install --no-install-recommends {' '.join(packages)}"),
        *((lock, tree.format(lock)) for lock in libraries),
        *((lock, sync.format(lock)) for lock in [*locks, "jupyter"]),
    ]  # fmt: skip


def bare() -> float:
    """Run the bare commands on a fresh box; return seconds."""
    box = fresh()
    box.run(
        "sed",
        "-i",
        "s/ main.*$/ main contrib non-free non-free-firmware/",
        "/etc/apt/sources.list",
    )
    box.copy_in(LOCKS, "/locks")
    if HOST_CA:
        box.copy_in(HOST_CA, "/usr/local/share/ca-certificates/host.crt")
        box.run("update-ca-certificates")
    started = monotonic()
    for name, command in commands():
        begun = monotonic()
        box.run("sh", "-c", command, timeout=1200)
        print(f"  {name:<20} {monotonic() - begun:6.1f} s", flush=True)
    seconds = monotonic() - started
    box.remove()
    return seconds


def up() -> float:
    """Run ``up`` on a fresh box; return seconds."""
    box = fresh()
    with tempfile.TemporaryDirectory() as folder:
        file = inventory(Path(folder), (box, {"box_gpus": GPUS}))
        started = monotonic()
        run = dlbox("up", file, "-y")
        seconds = monotonic() - started
        print(run.stdout[-1500:] if run.returncode else "  up: 0", flush=True)
    box.remove()
    return seconds


def fresh() -> Container:
    """Start a box without any cache."""
    os.environ.update(engine().environment())
    return start(NAME, image(RELEASE))


if __name__ == "__main__":
    floor = bare()
    print(f"bare commands {floor:.1f} s", flush=True)
    whole = up()
    print(f"up            {whole:.1f} s, ratio {whole / floor:.2f}")
