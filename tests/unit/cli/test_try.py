"""What `dlbox try` leaves behind, and which words it takes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from dlbox.cli import try_
from dlbox.sandbox.container import Container
from dlbox.sandbox.engine import Engine
from dlbox.sandbox.host_packages import TEST_TOOLS, TRY_TOOLS, missing_tools
from tests.support.shell import ShellSandbox


def run(text: str) -> dict[str, Any]:
    scope: dict[str, Any] = {}
    exec(text, scope)  # noqa: S102 - our own text
    return scope


def test_the_inventory_reaches_the_box_with_the_same_settings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DLBOX_TEST_ENGINE", "undone after the test")
    monkeypatch.delenv("DLBOX_TEST_ENGINE")
    box = Container(Engine("podman", {"DLBOX_TEST_ENGINE": "/etc/it's.conf"}), "mine")
    settings = {"box_gpus": ["10de:1b06"], "jupyter_install": False}
    scope = run(try_.inventory_text(box, settings))
    assert scope["boxes"] == [("@podman/mine", settings)]
    assert os.environ.pop("DLBOX_TEST_ENGINE") == "/etc/it's.conf"


def test_a_box_that_needs_no_environment_sets_none() -> None:
    text = try_.inventory_text(Container(Engine("podman"), "mine"), {})
    assert "import" not in text
    assert run(text)["boxes"] == [("@podman/mine", {})]


def test_settings_are_read_as_pyinfra_reads_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seen: list[dict[str, Any]] = []

    def made(_name: str, _release: str, settings: dict[str, Any]) -> int:
        seen.append(settings)
        return 0

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(try_, "HOST_CA", None)
    monkeypatch.setattr(try_, "install_tools", lambda *_, **__: "")
    monkeypatch.setattr(try_, "_try", made)
    words = [
        "--gpu",
        "10de:2684",
        "--data",
        'frameworks_names=["jax"]',
        "--data",
        "jupyter_port=80",
    ]
    assert try_.command.run(words) == 0
    assert seen == [
        {"box_gpus": ["10de:2684"], "frameworks_names": ["jax"], "jupyter_port": 80}
    ]


def test_try_asks_for_no_machines() -> None:
    assert "mmdebstrap" in TRY_TOOLS
    assert [tool for tool in TRY_TOOLS if "qemu" in tool or tool == "gcc"] == []
    assert set(TRY_TOOLS) < set(TEST_TOOLS)


def test_a_tool_of_two_architectures_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = ShellSandbox(tmp_path)
    box.packages({"make": "4.4", "make:i386": "4.4", "tar": "1.35 rc", "jq": "1.8"})
    monkeypatch.setenv("PATH", f"{tmp_path}/tools", prepend=":")
    assert missing_tools(["make", "tar", "jq", "gcc"]) == ["tar", "gcc"]
