"""Exchange compiled modules, through the controller, between boxes of one kernel, compiler and driver."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Any

from pyinfra import host
from pyinfra.api import (
    FileDownloadCommand,
    FileUploadCommand,
    FunctionCommand,
    QuoteString,
    StringCommand,
)
from typing_extensions import override

from dlbox.fact_base import LinesFact

CACHE = "/var/lib/dlbox/modules/cache"
Commands = Generator[
    StringCommand | FileUploadCommand | FileDownloadCommand | FunctionCommand, None, None
]


class CompiledModules(LinesFact):
    """The contents of a box's cache: MODULE-VERSION/KERNEL/KEY.tar.gz, or .refused."""

    @override
    def command(self, *args: Any, **kwargs: Any) -> str:
        return (
            f"find {CACHE} -type f \\( -name '*.tar.gz' -o -name '*.refused' \\) "
            "-printf '%P\\n' 2>/dev/null || true"
        )


def push_module_cache(folder: Path, version: str, kernels: Iterable[str]) -> Commands:
    """Yield the commands that upload what other boxes have compiled of this version for these kernels.

    The key, which ``compile`` computes on the box, decides whether a file is used.
    """
    cached: list[str] = host.get_fact(CompiledModules)
    for kernel in kernels:
        for file in sorted(folder.glob(f"*-{version}/{kernel}/*")):
            path = str(file.relative_to(folder))
            if path not in cached and path.endswith((".tar.gz", ".refused")):
                target = f"{CACHE}/{path}"
                yield StringCommand("mkdir -p", QuoteString(str(Path(target).parent)))
                yield FileUploadCommand(str(file), f"{target}.new")
                yield StringCommand("mv", QuoteString(f"{target}.new"), QuoteString(target))


def pull_module_cache(folder: Path, version: str) -> Commands:
    """Yield the commands that download to the controller what a box has compiled."""
    cached: list[str] = host.get_fact(CompiledModules)
    for path in cached:
        target = folder / path
        if target.exists() or not path.partition("/")[0].endswith(f"-{version}"):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f".{host.name.replace('/', '-')}-{target.name}")
        yield FileDownloadCommand(f"{CACHE}/{path}", str(draft))
        yield FunctionCommand(draft.replace, (target,), {})
