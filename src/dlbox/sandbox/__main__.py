"""Create or remove the boxes of inventory/containers.py: ``python -m dlbox.sandbox up|down|list``."""

# ruff: noqa: T201 - it talks to the person who typed it

from __future__ import annotations

import runpy
import shlex
import sys
from collections.abc import Mapping

from dlbox.errors import format_error
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
    """Start the boxes that do not exist yet."""
    existing = _existing()
    for name, release in wanted().items():
        if name not in existing:
            box = start(name, image(release), mounts=download_cache(release))
            print(f"{box.host} {box.address}")
    for key, value in engine().environment().items():
        print(f"export {key}={shlex.quote(value)}   # this machine's podman needs it")
    if HOST_CA:
        print(f"pass --data base_ca_bundle={HOST_CA}   # this machine was told to trust it")


def down() -> None:
    """Remove the boxes."""
    for box in _existing().values():
        box.remove()
        print(f"{box.host} removed")


def show() -> None:
    """Print the boxes that exist."""
    for box in _existing().values():
        print(f"{box.host} {box.address}")


def _existing() -> Mapping[str, Container]:
    return {box.name: box for box in boxes("") if box.name in wanted()}


def main(args: list[str]) -> int:
    """Run one verb; return 0 for success, 1 for a failure, 2 for an unknown verb."""
    verbs = {"up": up, "down": down, "list": show}
    if len(args) != 1 or args[0] not in verbs:
        print("usage: python -m dlbox.sandbox up|down|list", file=sys.stderr)
        return 2
    try:
        verbs[args[0]]()
    except BoxError as error:
        print("\n".join(format_error("dlbox.sandbox", str(error))), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
