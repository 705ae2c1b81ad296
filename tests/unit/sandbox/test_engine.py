"""Which container engine is chosen, without running one."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from dlbox.sandbox.engine import Engine, NoEngine, candidates, choose, error_line, libraries

BRIDGE = 'Error: plugin type="bridge" failed (add): failed to find plugin "bridge"'
LIMITS = "Error: runc: error setting rlimit type 6: operation not permitted"
DAEMON = "Cannot connect to the Docker daemon. Is the docker daemon running?"


def chosen(state: Path, *run_errors: str) -> tuple[Engine, list[tuple[str, str]]]:
    """Choose where the run of each engine in turn fails with these errors, and then none."""
    runs: list[tuple[str, str]] = []

    def machine(argv: Sequence[str], env: Mapping[str, str]) -> CompletedProcess[str]:
        if argv[1] != "run":
            return CompletedProcess(argv, 0, "", "")
        error = run_errors[len(runs)] if len(runs) < len(run_errors) else ""
        runs.append((argv[0], Path(env.get("CONTAINERS_CONF", "")).name))
        return CompletedProcess(argv, 126 if error else 0, "", error)

    engines = candidates(state, hard_nofile=20000)
    return choose(engines, state / "probe.tar", machine), runs


def test_an_engine_that_works_as_it_is_is_taken_as_it_is(tmp_path: Path) -> None:
    assert chosen(tmp_path) == (Engine("podman"), [("podman", "")])


def test_engines_are_tried_from_default_to_lowered_to_docker(tmp_path: Path) -> None:
    engine, runs = chosen(tmp_path, BRIDGE, LIMITS, LIMITS)
    assert engine.name == "docker"
    assert runs == [
        ("podman", ""),
        ("podman", "containers-16384.conf"),
        ("podman", "containers-4096.conf"),
        ("docker", ""),
    ]


def test_what_plain_podman_needs_is_in_the_environment(tmp_path: Path) -> None:
    engine, _ = chosen(tmp_path, BRIDGE)
    assert Path(engine.environment()["CONTAINERS_CONF"]).read_text() == (
        '[containers]\ndefault_ulimits = ["nofile=16384:16384", "nproc=16384:16384"]\n'
        '[engine]\nruntime = "runc"\n[network]\nnetwork_backend = "netavark"\n'
    )


def test_no_engine_is_one_line_with_the_first_real_error(tmp_path: Path) -> None:
    with pytest.raises(NoEngine) as refusal:
        chosen(tmp_path, "not installed", "not installed", "not installed", DAEMON)
    assert str(refusal.value) == f"no container engine works on this machine: docker: {DAEMON}"


def test_the_error_is_not_a_warning_before_it() -> None:
    said = f'time="2026-01-01" level=warning msg="no CNI cache"\n{BRIDGE}\n'
    assert error_line(CompletedProcess([], 126, "", said)) == BRIDGE
    assert error_line(CompletedProcess([], 7, "", "")) == "exit status 7"


def test_the_error_is_the_cause_and_not_who_gave_up_after_it() -> None:
    said = "I: running apt-get update...\nE: no such mirror\nE: mmdebstrap failed to run\n"
    assert error_line(CompletedProcess([], 25, "", said)) == "E: no such mirror"


def test_libraries_of_the_probe_come_from_ldd() -> None:
    said = """\tlinux-vdso.so.1 (0x00007fe9c85b7000)
\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007fe9c83a2000)
\t/lib64/ld-linux-x86-64.so.2 (0x00007fe9c85b9000)
"""
    assert libraries(said) == ["/lib/x86_64-linux-gnu/libc.so.6", "/lib64/ld-linux-x86-64.so.2"]
