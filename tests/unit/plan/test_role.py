"""What the registry asks of every role."""

from __future__ import annotations

from dlbox.stack.constraint import Constraint
from roles import ROLES
from tests.support.builders import some_settings
from tests.support.locks import a_stack


def test_the_locks_of_a_boxs_wheels_are_those_of_its_stack() -> None:
    assert ROLES.wheel_locks(some_settings(), a_stack()) == {
        "uv": None,
        "jupyter": None,
        "cudnn-cu12-9.10.2.21": None,
        "pytorch-2.7.1-cu126": None,
        "tensorflow-2.21.0-cu12": None,
    }
    other = a_stack(
        Constraint("pytorch_variant", "cu126"),
        Constraint("pytorch", "2.14.0"),
        Constraint("tensorflow", "none"),
    )
    found = ROLES.wheel_locks(some_settings(jupyter_install=False), other)
    assert "jupyter" not in found
    assert str(found["pytorch-2.14.0-cu126"]).endswith("/whl/cu126")
    ada = a_stack(Constraint("cuda", "13.5"), card="10de:2684", system="debian-12")
    assert "cuda-13.5" in ROLES.wheel_locks(some_settings(), ada), "a toolkit of wheels"
