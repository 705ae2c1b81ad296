"""Checks that hold after the jupyter role has run."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from testinfra.host import Host

from dlbox.host.layout import UV, VENVS
from dlbox.settings.schema import Settings
from dlbox.stack.model import Stack
from dlbox.verify.probes import locked, run_python
from roles.frameworks.manifest import ORDER
from roles.jupyter.manifest import ADDRESS, HOME, LONG_ENOUGH, SHORTEST, TOKEN, UNIT
from roles.jupyter.settings import Jupyter

PROBES = Path(__file__).with_name("probes")


@pytest.fixture
def wanted(settings: Settings) -> Jupyter:
    """Return the settings of a box that must have JupyterLab."""
    wanted = settings[Jupyter]
    if not wanted.install:
        pytest.skip("jupyter_install = False")
    return wanted


def test_the_token_is_its_users_alone(box: Host, wanted: Jupyter) -> None:
    token = box.file(TOKEN)
    assert (token.user, token.mode) == (wanted.user, 0o600)


def test_its_user_is_ordinary(box: Host, wanted: Jupyter) -> None:
    assert box.user(wanted.user).uid >= 1000  # noqa: PLR2004 - Debian's first ordinary uid


def test_the_user_made_for_it_has_no_password(box: Host, wanted: Jupyter) -> None:
    if wanted.user != Jupyter.model_fields["user"].default:
        pytest.skip("jupyter_user may be a person's own account")
    user = box.user(wanted.user)
    assert user.password in {"!", "*", "!*"}, "it has a password"


def test_the_unit_runs_as_that_user(box: Host, wanted: Jupyter) -> None:
    users = re.findall(r"^User=(.*)$", box.file(UNIT).content_string, re.MULTILINE)
    assert users == [wanted.user]


def test_the_venv_holds_the_locked_wheels(box: Host, wanted: Jupyter) -> None:
    found = set(box.check_output(f"{UV} pip freeze -q --python {HOME}/bin/python").split())
    strange = sorted(found - locked("jupyter"))
    assert not strange, f"not in the lock of jupyter: {', '.join(strange)}"


@pytest.mark.parametrize("kernel", ORDER)
def test_each_kernel_runs_a_cell(box: Host, wanted: Jupyter, stack: Stack, kernel: str) -> None:
    if kernel not in stack.frameworks:
        pytest.skip(f"{kernel} is not among frameworks_names")
    script = (PROBES / "cells.py").read_text(encoding="utf-8")
    said = run_python(box, f"{HOME}/bin/python", script, kernel, user=wanted.user)
    assert said == f"42 {VENVS}/{kernel}"


def test_the_token_is_long_enough(box: Host, wanted: Jupyter) -> None:
    done = box.run(LONG_ENOUGH)
    assert done.rc == 0, f"{TOKEN} has fewer than {SHORTEST} characters"


@pytest.mark.service
def test_it_serves_and_starts_at_boot(box: Host, wanted: Jupyter) -> None:
    service = box.service("dlbox-jupyter")
    assert service.is_running, "dlbox-jupyter does not run"
    assert service.is_enabled, "dlbox-jupyter does not start at boot"


@pytest.mark.service
def test_it_listens_on_loopback_only(box: Host, wanted: Jupyter) -> None:
    said = box.check_output(f"ss -ltnH sport = :{wanted.port}")
    addresses = {line.split()[3].rpartition(":")[0] for line in said.splitlines()}
    assert addresses == {ADDRESS}, f"port {wanted.port} listens on {addresses or 'nothing'}"


@pytest.mark.service
def test_only_the_token_opens_it(box: Host, wanted: Jupyter) -> None:
    script = (PROBES / "http.py").read_text(encoding="utf-8")
    url = f"http://{ADDRESS}:{wanted.port}/api/status"
    found = json.loads(run_python(box, "python3", script, url, TOKEN))
    assert found.pop("bits") >= 128, "the token has less than 128 bits"  # noqa: PLR2004
    assert found == {"with": 200, "without": 403, "wrong": 403}


@pytest.mark.service
def test_no_log_holds_the_token(box: Host, wanted: Jupyter) -> None:
    log = box.check_output("journalctl -q -u dlbox-jupyter --no-pager")
    assert not re.search(r"token=[0-9a-f]{32}", log), "the journal shows the token"
