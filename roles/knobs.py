"""Every knob there is: what host data may say, and what is wrong with what it says."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from roles.base.settings import Base
from roles.box.settings import Box
from roles.cuda.settings import Cuda
from roles.cudnn.settings import Cudnn
from roles.frameworks.settings import Frameworks
from roles.jupyter.settings import Jupyter
from roles.nccl.settings import Nccl
from roles.nvidia_driver.settings import NvidiaDriver
from roles.settings import RoleSettings
from roles.stack.model import Wishes

ROLES: tuple[type[RoleSettings], ...] = (
    Box,
    Base,
    NvidiaDriver,
    Cuda,
    Cudnn,
    Nccl,
    Frameworks,
    Jupyter,
)

PYINFRA_DATA = ("_", "ssh_", "docker_", "podman_", "chroot_", "vagrant_", "terraform_", "fake_")
"""Prefixes of host data that pyinfra and its connectors read themselves."""


def faults(data: Mapping[str, Any]) -> dict[str, str]:
    """Knob -> what is wrong, for everything in ``data``, all at once."""
    known = [knob for role in ROLES for knob in role.knobs()]
    strange = [key for key in data if key not in known and not key.startswith(PYINFRA_DATA)]
    found = {key: _unknown(key, known) for key in strange}
    for role in ROLES:
        found |= role.faults(data)
    return found or _contradictions(data)


def _contradictions(data: Mapping[str, Any]) -> dict[str, str]:
    """Knob -> why it cannot be had together with another; each is good by itself."""
    if Cuda.of(data).versions != []:
        return {}
    asked = {"cudnn_install": Cudnn.of(data).install, "nccl_install": Nccl.of(data).install}
    fault = (
        "True, but cuda_versions = [] leaves no toolkit to use it with; name one, or drop it"
    )
    return {knob: fault for knob, install in asked.items() if install}


def _unknown(key: str, known: list[str]) -> str:
    near = get_close_matches(key, known, n=1) or [k for k in known if k.startswith(f"{key}_")]
    hint = f"did you mean {near[0]!r}?" if near else "README lists every knob"
    return f"no such knob; {hint}"


def wishes(data: Mapping[str, Any]) -> Wishes:
    """What good host data asks of the stack."""
    versions = Cuda.of(data).versions
    return Wishes(
        flavour=NvidiaDriver.of(data).flavour,
        cuda=None if versions is None else tuple(versions),
        cudnn=Cudnn.of(data).install,
        nccl=Nccl.of(data).install,
        frameworks=tuple(Frameworks.of(data).names),
    )
