"""Read wheels, lists of cards and apt again; show, or write, what the catalogue would become."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from dlbox.cli.command import complain, verb
from dlbox.cli.tiers import require_checkout
from dlbox.exit_code import ExitCode
from dlbox.paths import typed_path
from dlbox.subprocesses import Unreadable
from dlbox.upstream.distro import propose_drivers
from dlbox.upstream.frameworks import propose_frameworks
from dlbox.upstream.gpus import propose_gpus
from dlbox.upstream.libraries import propose_libraries
from dlbox.upstream.wheel_lock import lock_row
from dlbox.upstream.yaml_file import Proposal, diff, replace

EXAMPLE = """\
dlbox catalog frameworks
dlbox catalog --write
dlbox catalog --lock pytorch-2.15.0-cu132"""
PARTS = ("frameworks", "libraries", "gpus", "drivers")
Reader = Callable[[], Proposal]


@verb("catalog", EXAMPLE, ExitCode.FAILED, ExitCode.BAD_INPUT, ExitCode.DIFFERENT)
@click.argument("parts", nargs=-1, type=click.Choice(PARTS), metavar="[PART]...")
@click.option("--write", is_flag=True, help="Write what would change, to be reviewed.")
@click.option(
    "--lock", metavar="NAME", help="Lock the wheels of one row: NAME-VERSION-VARIANT."
)
@click.option("--pci-ids", metavar="FILE", help="Instead of apt's pci.ids.")
@click.option("--supported-gpus", metavar="FILE", help="Instead of apt's nvidia-driver's.")
def command(
    parts: tuple[str, ...],
    *,
    write: bool,
    lock: str | None,
    pci_ids: str | None,
    supported_gpus: str | None,
) -> int:
    """Parts: frameworks, libraries, gpus, drivers; all of them where none is named."""
    require_checkout("catalog")
    if lock:
        return _run_reader("lock", lambda: lock_row(lock), write=True)
    how = readers(*(typed_path(path) if path else None for path in (pci_ids, supported_gpus)))
    codes = [
        _run_reader(part, how[part], write=write) for part in dict.fromkeys(parts or PARTS)
    ]
    return ExitCode.FAILED if ExitCode.FAILED in codes else max(codes)


def readers(pci_ids: Path | None, supported_gpus: Path | None) -> dict[str, Reader]:
    """Return how each part is read."""
    return {
        "frameworks": propose_frameworks,
        "libraries": propose_libraries,
        "gpus": lambda: propose_gpus(pci_ids, supported_gpus),
        "drivers": propose_drivers,
    }


def show_proposal(found: Proposal, *, write: bool) -> bool:
    """Print remarks and the diff, write where asked; return whether something is left to do."""
    for note in found.notes:
        print(f"  {note}")
    differs = False
    for path, text in found.texts.items():
        change = diff(path, text)
        print(change, end="")
        if change and write:
            replace(path, text)
            print(f"written: {path.name}")
        differs = differs or bool(change and not write)
    return differs


def _run_reader(part: str, reader: Reader, *, write: bool) -> ExitCode:
    print(f"== {part}", flush=True)
    try:
        found = reader()
    except BrokenPipeError:
        raise
    except (Unreadable, OSError) as why:
        complain("catalog", f"{part}: {why}")
        return ExitCode.FAILED
    return ExitCode.DIFFERENT if show_proposal(found, write=write) else ExitCode.OK
