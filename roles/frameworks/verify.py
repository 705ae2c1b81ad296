"""Checks that hold after the frameworks role has run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from testinfra.host import Host

from dlbox.host.identity import Identity
from dlbox.host.layout import UV, VENVS
from dlbox.stack.components import Framework
from dlbox.stack.gpus import runs_on, sm
from dlbox.stack.model import Stack
from dlbox.verify.probes import encoded_version, locked, run_python
from roles.frameworks.manifest import ORDER

PROBES = Path(__file__).with_name("probes")


@pytest.fixture(params=ORDER, scope="session")
def name(request: pytest.FixtureRequest, stack: Stack) -> str:
    """Return each planned framework in turn."""
    framework: str = request.param
    if framework not in stack.frameworks:
        pytest.skip(f"{framework}: {stack.skipped[framework]}")
    return framework


@pytest.fixture(scope="session")
def wanted(stack: Stack, name: str) -> Framework:
    """Return the framework's row of the plan."""
    return stack.frameworks[name]


@pytest.fixture(scope="session")
def trained(box: Host, name: str) -> dict[str, Any]:
    """Return the framework's output after it has trained a line of slope 3 on the CPU."""
    return _probe(box, name, name)


def test_it_is_the_planned_release(trained: dict[str, Any], wanted: Framework) -> None:
    assert trained["version"] == wanted.version


def test_it_learns(trained: dict[str, Any]) -> None:
    assert trained["slope"] == pytest.approx(3, abs=0.01)


def test_it_has_code_for_every_card(trained: dict[str, Any], name: str, stack: Stack) -> None:
    archs = trained["archs"]
    lacking = [c for c in stack.capabilities if not runs_on(c, archs)]
    assert not lacking, (
        f"{name} has {' '.join(archs)}; nothing for {', '.join(map(sm, lacking))}"
    )


def test_it_loads_the_planned_libraries(
    box: Host, trained: dict[str, Any], name: str, wanted: Framework
) -> None:
    planned = {
        "cuda": wanted.cuda,
        "cudnn": encoded_version(wanted.cudnn),
        "nccl": encoded_version(wanted.nccl),
    }
    assert _probe(box, name, "libraries") == planned
    # PyTorch reports the libraries that it has loaded; the others do so only with a GPU.
    assert trained.get("libraries", planned) == planned


def test_the_venv_holds_the_locked_wheels_and_no_others(
    box: Host, name: str, wanted: Framework
) -> None:
    python = f"{VENVS}/{name}/bin/python"
    found = set(box.check_output(f"{UV} pip freeze -q --python {python}").split())
    strange = sorted(found - locked(wanted.lock))
    assert not strange, f"not in the lock of {name}: {', '.join(strange)}"
    conflicts = box.run(f"{UV} pip check -q --python {python}")
    assert conflicts.succeeded, conflicts.stderr


def test_no_installed_file_was_edited(box: Host, name: str) -> None:
    script = (PROBES / "records.py").read_text(encoding="utf-8")
    edited = run_python(box, f"{VENVS}/{name}/bin/python", script)
    assert edited == "", f"edited in {name}: {edited}"


def test_people_can_enter(box: Host, name: str) -> None:
    enter = f"dlbox-env {name} python -c 'import sys; print(sys.prefix)'"
    said = box.check_output(f"cd / && runuser -u nobody -- {enter}")
    assert said == f"{VENVS}/{name}"


@pytest.mark.gpu
def test_it_sees_every_card(trained: dict[str, Any], seen: Identity) -> None:
    assert trained["gpus"] == len(seen.pci_gpus)


def _probe(box: Host, venv: str, probe: str) -> dict[str, Any]:
    script = (PROBES / f"{probe}.py").read_text(encoding="utf-8")
    output = run_python(box, f"{VENVS}/{venv}/bin/python", script)
    found: dict[str, Any] = json.loads(output.splitlines()[-1])
    return found
