"""The shell that finds who holds the GPU, waits for them, and stops services for a change."""

import re
import subprocess
from pathlib import Path

import pytest

from roles.nvidia_driver.in_use.commands import (
    restore_services,
    run_unloaded,
    script,
    wait_command,
)
from roles.nvidia_driver.in_use.facts import GpuHolders

ID = "3f2a9c" + "0" * 58


@pytest.mark.parametrize(
    "text",
    [
        GpuHolders().command(),
        str(run_unloaded("true", "libcuda1")),
        str(restore_services()),
        str(wait_command(5)),
        script("users", "stop-restore", package="libcuda1"),
    ],
)
def test_what_a_box_is_given_is_shell(text: str) -> None:
    done = subprocess.run(["sh", "-n"], input=text, text=True, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def shell(text: str) -> str:
    words = ["sh", "-c", script("users") + text]
    return subprocess.run(words, text=True, capture_output=True, check=True).stdout.strip()


@pytest.mark.parametrize(
    ("group", "service"),
    [
        ("/system.slice/nvidia-persistenced.service", "nvidia-persistenced"),
        ("/system.slice/nvidia-persistenced.service/deep", "nvidia-persistenced"),
        ("/user.slice/user@1000.service/app.slice/nvidia-persistenced.service", ""),
        ("/system.slice/nvidia-persistenced.service.d", ""),
        ("/system.slice/nvidia-dcgm.service", ""),
        (f"/system.slice/docker-{ID}.scope", ""),
    ],
)
def test_whose_service_a_group_is(group: str, service: str) -> None:
    assert shell(f"service_of {group} 'nvidia-fabricmanager nvidia-persistenced'") == service


@pytest.mark.parametrize(
    ("text", "base", "group"),
    [
        ("0::/system.slice/a b.service\n", "", "/system.slice/a b.service"),
        ("4:memory:/\n1:name=systemd:/init.scope\n0::/else\n", "", "/init.scope"),
        ("0::/box/system.slice/a.service\n", "/box", "/system.slice/a.service"),
        ("0::/box\n", "/box", "/"),
    ],
)
def test_the_group_of_a_process(tmp_path: Path, text: str, base: str, group: str) -> None:
    (tmp_path / "cgroup").write_text(text)
    assert shell(f"base={base}; group_of ..{tmp_path}") == group


def test_nothing_is_forced() -> None:
    every = script("users", "list", "wait", "stop-restore", "run-unloaded", "resume")
    code = "\n".join(line for line in every.splitlines() if not line.lstrip().startswith("#"))
    assert "rmmod" in code
    assert re.findall(r"\bp?kill|killall|rmmod -|modprobe -f|--force", code) == []
