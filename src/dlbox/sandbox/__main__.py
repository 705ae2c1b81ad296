"""Make or remove the boxes of inventory/containers.py: ``python -m dlbox.sandbox up|down|list``."""

# ruff: noqa: T201 - it talks to the person who typed it

from __future__ import annotations

import runpy
import shlex
import sys
from collections.abc import Mapping

from dlbox.paths import ROOT
from dlbox.sandbox.container import Container, boxes, start
from dlbox.sandbox.engine import BoxError, engine
from dlbox.sandbox.image import image
from dlbox.sandbox.mounts import HOST_CA, download_cache

INVENTORY = ROOT / "inventory" / "containers.py"


def wanted() -> dict[str, str]:
    """Return the names of the inventory's boxes, each with its release."""
    names = [host.rpartition("/")[2] for host in runpy.run_path(str(INVENTORY))["boxes"]]
    return {name: name.removeprefix("dlbox-") for name in names}


def up() -> None:
    """Start the boxes that are not there yet."""
    there = _there()
    for name, release in wanted().items():
        if name not in there:
            box = start(name, image(release), mounts=download_cache(release))
            print(f"{box.host} {box.address}")
    for key, value in engine().environment().items():
        print(f"export {key}={shlex.quote(value)}   # this machine's podman needs it")
    if HOST_CA:
        print(f"pass --data base_ca_bundle={HOST_CA}   # this machine was told to trust it")


def down() -> None:
    """Remove the boxes."""
    for box in _there().values():
        box.remove()
        print(f"{box.host} removed")


def show() -> None:
    """Say which of the boxes are there."""
    for box in _there().values():
        print(f"{box.host} {box.address}")


def _there() -> Mapping[str, Container]:
    return {box.name: box for box in boxes("") if box.name in wanted()}


def main(args: list[str]) -> int:
    """Run one verb; 0 done, 1 failed, 2 no such verb."""
    verbs = {"up": up, "down": down, "list": show}
    if len(args) != 1 or args[0] not in verbs:
        print("usage: python -m dlbox.sandbox up|down|list", file=sys.stderr)
        return 2
    try:
        verbs[args[0]]()
    except BoxError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
