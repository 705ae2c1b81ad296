"""Keep kernels that have no driver module from booting, and share built modules between boxes."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Mapping
from pathlib import Path
from typing import Any

from pyinfra import host
from pyinfra.api import (
    FileDownloadCommand,
    FileUploadCommand,
    FunctionCommand,
    QuoteString,
    StringCommand,
    deploy,
    operation,
)
from typing_extensions import override

from dlbox.fact_base import LinesFact
from dlbox.host.apt import STORE
from dlbox.host.apt_facts import DpkgFaults
from dlbox.host.files import ensure_files
from dlbox.plan.plan import Plan
from dlbox.plan.result import Result
from dlbox.stack.components import Driver
from dlbox.state.manifest import Manifest
from roles.nvidia_driver.kernels.programs import HOME, NOTICES, programs

CACHE = "/var/lib/dlbox/modules/cache"
Commands = Generator[
    StringCommand | FileUploadCommand | FileDownloadCommand | FunctionCommand, None, None
]


COMPILED = re.compile(r"(\w[\w.+~-]*/){2}\w+\.(tar\.gz|refused)")


class CompiledModules(LinesFact):
    """The contents of a box's cache: MODULE-VERSION/KERNEL/KEY.tar.gz, or .refused."""

    @override
    def command(self, *args: Any, **kwargs: Any) -> str:
        return (
            f"find {CACHE} -type f \\( -name '*.tar.gz' -o -name '*.refused' \\) "
            "-printf '%P\\n' 2>/dev/null || true"
        )

    @override
    def process(self, output: Iterable[str]) -> list[str]:
        # The names become paths on the controller.
        return [line for line in output if COMPILED.fullmatch(line)]


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


class KernelFaults(LinesFact):
    """The faults that the kernel guard would repair; none on a box without its own kernel."""

    @override
    def command(self) -> str:
        return (
            f"if ls /boot/vmlinuz-* >/dev/null 2>&1 && command -v dkms >/dev/null && "
            f"[ -x {HOME}/kernel-guard ]; then {HOME}/kernel-guard look; fi"
        )


class Notices(LinesFact):
    """The guard's notices for the owner of the box."""

    @override
    def command(self) -> str:
        return f"cat {NOTICES}/* 2>/dev/null || true"


@deploy("Kernel guard")
def kernel_guard(plan: Plan) -> None:
    """Install the kernel guard on a box with its own kernels, before apt is used for anything.

    If a kernel's module did not compile, dpkg is half done until that kernel is left out, and
    no other package can be installed before.
    """
    if plan.stack.driver:
        ensure_files(
            name="Install the kernel guard", wanted=Manifest(files=programs(plan.stack.driver))
        )
        unblock_dpkg(name="Leave out kernels that block dpkg")


@operation()
def unblock_dpkg() -> Generator[StringCommand, None, None]:
    """Leave out the kernels whose module does not compile, so that dpkg can finish."""
    faults: list[str] = host.get_fact(DpkgFaults)
    if not any("nvidia" in line or "linux-" in line for line in faults):
        host.noop("no driver or kernel package is unfinished")
        return
    yield StringCommand(f"if command -v dkms >/dev/null; then {HOME}/try-modules all; fi")


@operation()
def ensure_kernel_modules() -> Generator[StringCommand, None, None]:
    """Build a module for every kernel that can have one; no other kernel may be the boot default."""
    if not host.get_fact(KernelFaults):
        host.noop("every kernel has its module")
        return
    yield StringCommand(f"{HOME}/kernel-guard mend")


@operation()
def collect_notices(result: Result) -> Generator[StringCommand, None, None]:
    """Store the guard's notices for the summary."""
    notices: list[str] = host.get_fact(Notices)
    result.notices = tuple(notices)
    host.noop("only looked")
    yield from ()


def trial_build(
    driver: Driver, names: Mapping[str, str]
) -> Generator[StringCommand, None, None]:
    """Yield the commands of the trial build, which finds the kernels on which the modules compile.

    It runs before dpkg gets the driver. ``names`` maps the packages of the transaction, which
    apt has downloaded, to their versions. Faults that the catalogue knows are not tried again,
    because a failed build takes a minute.
    """
    sources = [name for name in names if "dkms" in name or "kernel-source" in name]
    # In the names of apt's files the colon of an epoch is written as %3a.
    debs = [
        f"{name}_{names[name].replace(':', '%3a')}_{arch}.deb"
        for name in sources
        for arch in ("amd64", "all")
    ]
    known = [QuoteString(f"{fault.kernel} {fault.error}") for fault in driver.fails_on]
    if debs:
        yield StringCommand(
            "if ls /boot/vmlinuz-* >/dev/null 2>&1; then cd", STORE, "&&",
            r"printf '%s\n'", *known, f"| {HOME}/try-modules package",
            *[QuoteString(deb) for deb in debs], "; fi",
        )  # fmt: skip
