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
from roles.gpu_policy.settings import GpuPolicy
from roles.jupyter.settings import Jupyter
from roles.nccl.settings import Nccl
from roles.nvidia_archive.settings import NvidiaArchive
from roles.nvidia_driver.settings import NvidiaDriver
from roles.settings import RoleSettings

ROLES: tuple[type[RoleSettings], ...] = (
    Box,
    Base,
    NvidiaArchive,
    NvidiaDriver,
    GpuPolicy,
    Cuda,
    Cudnn,
    Nccl,
    Frameworks,
    Jupyter,
)

PYINFRA_DATA = ("_", "ssh_", "docker_", "podman_", "chroot_", "vagrant_", "terraform_", "fake_")
"""Prefixes of host data that pyinfra and its connectors read themselves."""


def known(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the knobs that host data sets to something else than their default, in one order."""
    default = defaults()
    return {
        knob: data[knob] for knob in default if data.get(knob, default[knob]) != default[knob]
    }


def defaults() -> dict[str, Any]:
    """Return every knob with its default."""
    return {
        knob: role.model_fields[field].get_default(call_default_factory=True)
        for role in ROLES
        for knob, field in role.knobs().items()
    }


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
    if Box.of(data).profile == "framework_only":
        asked = {"cuda_versions": Cuda.of(data).versions, **_libraries(data)}
        fault = (
            'asked for, but box_profile = "framework_only" leaves it out; drop one of the two'
        )
    elif Cuda.of(data).versions == []:
        asked = _libraries(data)
        fault = "asked for, but cuda_versions = [] leaves no toolkit to use it with; drop one of the two"
    else:
        return {}
    return {knob: fault for knob, value in asked.items() if value and value != "none"}


def _libraries(data: Mapping[str, Any]) -> dict[str, Any]:
    return {"cudnn_version": Cudnn.of(data).version, "nccl_version": Nccl.of(data).version}


def _unknown(key: str, known: list[str]) -> str:
    # Of the same role first: a hint into another one would change what was not meant.
    mine = [k for k in known if k.startswith(f"{key.partition('_')[0]}_")]
    near = get_close_matches(key, mine or known, n=1) or mine
    hint = f"did you mean {near[0]!r}?" if near else "README lists every knob"
    return f"no such knob; {hint}"
