"""What a box needs before it can be given a driver."""

from __future__ import annotations

from collections.abc import Generator
from io import StringIO
from typing import Any

from pyinfra import host
from pyinfra.api import StringCommand, operation
from pyinfra.operations import files

from roles.box import apt
from roles.nvidia_driver import content
from roles.nvidia_driver.facts import LackingHeaders
from roles.nvidia_driver.sources import OWN, Sources, archives


@operation()
def nonfree(codename: str, family: str) -> Generator[Any, None, None]:
    """Have contrib, non-free and their like, from the mirror the box already uses."""
    text = content.nonfree(archives(host.get_fact(Sources), codename, family))
    yield from files.put._inner(src=StringIO(text), dest=OWN, mode="644")  # noqa: SLF001


@operation()
def headers() -> Generator[StringCommand, None, None]:
    """Have dkms and the headers of the box's kernels, as far as there are any."""
    lacking = host.get_fact(LackingHeaders)
    if lacking:
        yield from apt.install._inner(wanted=dict.fromkeys(lacking, ""))  # noqa: SLF001
    else:
        host.noop("every kernel has its headers, or can have none")
