"""The unit and the kernels of JupyterLab."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from dlbox.host.layout import VENVS
from roles.jupyter.manifest import CONFIG, MAKE_TOKEN, SETTINGS, TOKEN, kernel, unit


def test_the_jupyter_unit() -> None:
    lines = unit("ada", 8899).splitlines()
    start = f"ExecStart={VENVS}/jupyter/bin/jupyter-lab --config={SETTINGS} --port=8899"
    assert {"User=ada", start, "NoNewPrivileges=yes", "WantedBy=multi-user.target"} <= set(
        lines
    )
    assert "token" not in unit("ada", 8899)


def test_a_kernel_starts_its_own_venvs_python() -> None:
    assert json.loads(kernel("pytorch")) == {
        "argv": [
            "/opt/dlbox/venvs/pytorch/bin/python",
            *("-m", "ipykernel_launcher", "-f", "{connection_file}"),
        ],
        "display_name": "pytorch",
        "language": "python",
    }
    assert kernel("jax").endswith("}\n")


@pytest.mark.parametrize("text", ["", "\n", " \n\t", "abc\n", "a" * 31 + "\n"])
def test_the_server_does_not_start_with_a_blank_or_short_token(
    tmp_path: Path, text: str
) -> None:
    file = tmp_path / "token"
    file.write_text(text)
    lab = SimpleNamespace(ServerApp=SimpleNamespace(), IdentityProvider=SimpleNamespace())
    with pytest.raises(SystemExit, match="has fewer than 32 characters"):
        exec(CONFIG.replace(TOKEN, str(file)), {"c": lab})  # noqa: S102 - as Jupyter does
    assert not hasattr(lab.IdentityProvider, "token")


@pytest.mark.parametrize(
    ("before", "kept"), [(None, False), ("\n", False), ("abc\n", False), ("a" * 32, True)]
)
def test_a_token_is_made_unless_there_is_one(
    tmp_path: Path, before: str | None, *, kept: bool
) -> None:
    file = tmp_path / "token"
    if before is not None:
        file.write_text(before)
    script = MAKE_TOKEN.replace(TOKEN, str(file))
    subprocess.run(["sh", "-eu", "-c", script], check=True)
    token = file.read_text()
    assert (token == before) is kept
    assert len(token.strip()) >= 32
    assert [path.name for path in tmp_path.iterdir()] == ["token"]
