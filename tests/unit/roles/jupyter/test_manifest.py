"""The unit and the kernels of JupyterLab."""

from __future__ import annotations

import json

from dlbox.host.layout import VENVS
from roles.jupyter.manifest import SETTINGS, kernel, unit


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
