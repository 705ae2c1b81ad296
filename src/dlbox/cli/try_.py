"""Make a throw-away container box, provision it and verify it: ./dlbox try [debian-12|debian-13]."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path
from time import monotonic

from dlbox.sandbox.container import Container, remove_all, start
from dlbox.sandbox.engine import BoxError
from dlbox.sandbox.host_packages import install_tools
from dlbox.sandbox.image import RELEASES, image
from dlbox.sandbox.mounts import HOST_CA
from dlbox.subprocesses import call

NAME = "dlbox-try"


def main(argv: list[str]) -> int:
    """Make the box, run ``up`` and ``verify`` on it, say how to enter and how to remove it."""
    parser = argparse.ArgumentParser("dlbox try", description=__doc__)
    parser.add_argument("release", nargs="?", default="debian-13", choices=sorted(RELEASES))
    parser.add_argument("--gpu", action="append", help="PCI id of a card to declare; repeats")
    parser.add_argument("-y", "--yes", action="store_true", help="install podman unasked")
    parser.add_argument("--data", action="append", default=[], help="SETTING=VALUE")
    asked = parser.parse_args(argv)
    unmet = install_tools(yes=asked.yes)
    try:
        return _try(asked.release, asked.gpu or ["10de:1b06"], asked.data)
    except BoxError as error:
        print(f"dlbox try: {error}" + (f"; {unmet}" if unmet else ""), file=sys.stderr)
        return 1


def _try(release: str, gpus: list[str], data: list[str]) -> int:
    started = monotonic()
    remove_all(NAME)
    print(f"making a {release} box {NAME}, declared with {', '.join(gpus)}", flush=True)
    box = start(NAME, image(release))
    os.environ.update(box.engine.environment())
    given = [f"--data={pair}" for pair in data]
    if HOST_CA:
        given.append(f"--data=base_ca_bundle={HOST_CA}")
    with tempfile.TemporaryDirectory() as folder:
        inventory = Path(folder) / "try.py"
        inventory.write_text(f"boxes = [({box.host!r}, {{'box_gpus': {gpus!r}}})]\n")
        dlbox = [sys.executable, "-m", "dlbox.cli"]
        code = call([*dlbox, "up", str(inventory), "-y", *given])
        code = code or call([*dlbox, "verify", str(inventory), *given])
    tell(box, code, monotonic() - started)
    return code


def tell(box: Container, code: int, seconds: float) -> None:
    """Say what it took, and what to do with the box."""
    received = box.run("cat", "/sys/class/net/eth0/statistics/rx_bytes").stdout
    verdict = "provisioned and verified" if code == 0 else "red: see above"
    print(
        f"\n{box.name}: {verdict} in {seconds:.0f} s, {int(received) / 1e9:.2f} GB downloaded, "
        f"{box.disk_bytes() / 1e9:.1f} GB on disk\n"
        f"  enter    {box.engine.name} exec -it {box.name} bash -l\n"
        f"  remove   {box.engine.name} rm -f {box.name}"
    )
    for key, value in box.engine.environment().items():
        print(f"  first    export {key}={value}   # this machine's {box.engine.name} needs it")
