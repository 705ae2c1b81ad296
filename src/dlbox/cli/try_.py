"""Make a throw-away container box, provision it and verify it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from time import monotonic
from typing import Any

import click
from pyinfra_cli.util import parse_cli_arg

from dlbox.cli.command import complain, verb
from dlbox.errors import BadInput
from dlbox.exit_code import ExitCode
from dlbox.paths import typed_path
from dlbox.sandbox.container import Container, boxes, start
from dlbox.sandbox.engine import BoxError
from dlbox.sandbox.host_packages import TRY_TOOLS, install_tools
from dlbox.sandbox.image import RELEASES, image
from dlbox.sandbox.mounts import HOST_CA
from dlbox.subprocesses import call

EXAMPLE = """\
dlbox try
dlbox try debian-12 --gpu 10de:2684 --data 'frameworks_names=["pytorch"]'"""
NAME = "dlbox-try"
GTX_1080_TI = "10de:1b06"


@verb("try", EXAMPLE, ExitCode.FAILED, ExitCode.BAD_INPUT)
@click.argument("release", default="debian-13", type=click.Choice(sorted(RELEASES)))
@click.option("--gpu", multiple=True, help="PCI id of a card to declare; repeats.")
@click.option("--data", multiple=True, metavar="SETTING=VALUE", help="A setting; repeats.")
@click.option(
    "--name", default=NAME, help=f"Container name; an existing one is replaced ({NAME})."
)
@click.option("-y", "--yes", is_flag=True, help="Install podman and mmdebstrap unasked.")
def command(
    release: str, *, gpu: tuple[str, ...], data: tuple[str, ...], name: str, yes: bool
) -> int:
    """Your machine stays as it is, but for podman and mmdebstrap, which it asks to install.

    It leaves the container and an inventory, NAME.py: dlbox up, verify and drift take it.
    """
    settings = {"box_gpus": list(gpu or [GTX_1080_TI]), **_settings(data)}
    unmet = install_tools(TRY_TOOLS, yes=yes)
    try:
        return _try(name, release, settings)
    except BoxError as error:
        complain("try", f"{error}; {unmet}" if unmet else str(error))
        return ExitCode.FAILED


def _settings(pairs: tuple[str, ...]) -> dict[str, Any]:
    """Return settings as pyinfra reads those of --data. Raises BadInput."""
    strange = [pair for pair in pairs if "=" not in pair]
    if strange:
        msg = f"--data {strange[0]}: is no SETTING=VALUE | e.g. jupyter_install=False"
        raise BadInput(msg)
    trust = {"base_ca_bundle": str(HOST_CA)} if HOST_CA else {}
    given = (pair.split("=", 1) for pair in pairs)
    return {**trust, **{setting: parse_cli_arg(value) for setting, value in given}}


def _try(name: str, release: str, settings: dict[str, Any]) -> int:
    started = monotonic()
    for box in boxes(name):
        # Only this one: others may have names that begin so.
        if box.name == name:
            box.remove()
    cards = ", ".join(settings["box_gpus"]) or "no card"
    print(f"making a {release} box {name}, declared with {cards}", flush=True)
    box = start(name, image(release))
    inventory = typed_path(f"{name}.py")
    inventory.write_text(inventory_text(box, settings), encoding="utf-8")
    dlbox = [sys.executable, "-m", "dlbox.cli"]
    code = call([*dlbox, "up", str(inventory), "-y"], cwd=Path.cwd())
    code = code or call([*dlbox, "verify", str(inventory)], cwd=Path.cwd())
    print_next_steps(box, inventory, code, monotonic() - started)
    return ExitCode.FAILED if code else ExitCode.OK


def inventory_text(box: Container, settings: dict[str, Any]) -> str:
    """Return an inventory of the box, with which every verb reaches it and plans the same."""
    lines = ['"""Written by dlbox try: a container box, and what it was made with."""', ""]
    if environment := box.engine.environment():
        lines += ["import os", ""]
        lines += [
            f"os.environ.setdefault({key!r}, {value!r})" for key, value in environment.items()
        ]
    lines += [f"boxes = [({box.host!r}, {settings!r})]", ""]
    return "\n".join(lines)


def print_next_steps(box: Container, inventory: Path, code: int, seconds: float) -> None:
    """Say what it took, and what to do with the box."""
    received = box.run("cat", "/sys/class/net/eth0/statistics/rx_bytes").stdout
    verdict = "provisioned and verified" if code == 0 else "red: see above"
    prefix = "".join(f"{key}={value} " for key, value in box.engine.environment().items())
    file = os.path.relpath(inventory, typed_path("."))
    print(
        f"\n{box.name}: {verdict} in {seconds:.0f} s, {int(received) / 1e9:.2f} GB downloaded, "
        f"{box.disk_bytes() / 1e9:.1f} GB on disk\n"
        f"  again    dlbox up|verify|drift {file}\n"
        f"  enter    {prefix}{box.engine.name} exec -it {box.name} bash -l\n"
        f"  remove   {prefix}{box.engine.name} rm -f {box.name}; rm {file}"
    )
