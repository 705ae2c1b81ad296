"""Find a container engine that works on this machine, by running a container with each one."""

from __future__ import annotations

import os
import re
import resource
import tarfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from subprocess import CompletedProcess

from dlbox.sandbox.engine_command import (
    MISSING,
    BoxError,
    Engine,
    NoEngine,
    error_line,
    execute,
)

__all__ = ["BoxError", "Engine", "NoEngine", "engine"]

PROBE = "localhost/dlbox-probe:latest"
# Without --privileged, which would give the host's own devices to a box that installs drivers.
DOCKER_SYSTEMD = (
    *("--cgroupns=host", "--volume=/sys/fs/cgroup:/sys/fs/cgroup:rw", "--cap-add=SYS_ADMIN"),
    *("--security-opt=seccomp=unconfined", "--security-opt=apparmor=unconfined"),
    *("--tmpfs=/run", "--tmpfs=/run/lock"),
)
Runner = Callable[[Sequence[str], Mapping[str, str]], "CompletedProcess[str]"]


def candidates(state: Path, hard_nofile: int) -> Iterable[Engine]:
    """Yield the ways to run containers, the one that needs the least configuration first."""
    yield Engine("podman")
    nofile = min(hard_nofile, 16384)
    for nproc in (16384, 4096):
        conf = state / f"containers-{nproc}.conf"
        # In a file instead of flags, because pyinfra and testinfra call plain podman.
        text = (
            f'[containers]\ndefault_ulimits = ["nofile={nofile}:{nofile}", '
            f'"nproc={nproc}:{nproc}"]\n[engine]\nruntime = "runc"\n'
            '[network]\nnetwork_backend = "netavark"\n'
        )
        # Another podman may be reading it at the same time.
        if not conf.exists() or conf.read_text() != text:
            conf.write_text(text)
        yield Engine("podman", {"CONTAINERS_CONF": str(conf)})
    yield Engine("docker", systemd_flags=DOCKER_SYSTEMD)


def choose(engines: Iterable[Engine], root: Path, run: Runner = execute) -> Engine:
    """Return the first engine that runs a container. Raises NoEngine with the first real error."""
    faults: list[str] = []
    for engine in engines:
        fault = _fault(engine, root, run)
        if fault is None:
            return engine
        faults.append(f"{engine.name}: {fault}")
    real = [fault for fault in faults if not fault.endswith(MISSING)] or faults
    msg = f"no container engine works on this machine: {real[0]}"
    raise NoEngine(msg)


def _fault(engine: Engine, root: Path, run: Runner) -> str | None:
    if run([engine.name, "image", "inspect", PROBE], engine.env).returncode:
        done = run([engine.name, "import", str(root), PROBE], engine.env)
        if done.returncode:
            return error_line(done)
    done = run([engine.name, "run", "--rm", PROBE, "/bin/sh", "-c", "exit 0"], engine.env)
    return error_line(done) if done.returncode else None


def libraries(ldd: str) -> list[str]:
    """Return the files that a program loads, from the output of ldd."""
    return re.findall(r"(/\S+) \(0x", ldd)


@cache
def engine() -> Engine:
    """Return this machine's engine; it is tried once per process."""
    home = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state")
    state = home / "dlbox"
    state.mkdir(parents=True, exist_ok=True)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return choose(candidates(state, hard), _root(state))


def _root(state: Path) -> Path:
    """Return a root file system that contains only this machine's shell."""
    root = state / "probe.tar"
    if not root.exists():
        draft = state / f"probe.tar.{os.getpid()}"
        with tarfile.open(draft, "w", dereference=True) as tar:
            for file in ["/bin/sh", *libraries(execute(["ldd", "/bin/sh"], {}).stdout)]:
                tar.add(file)
        draft.replace(root)
    return root
