"""Conflicts between settings that are each valid by themselves."""

from __future__ import annotations

from dlbox.settings.schema import Settings
from roles.cuda.settings import Cuda
from roles.cudnn.settings import Cudnn
from roles.nccl.settings import Nccl


def conflicts(settings: Settings) -> dict[str, str]:
    """Return name of a setting -> why it conflicts with another one."""
    libraries = {
        "cudnn_version": settings[Cudnn].version,
        "nccl_version": settings[Nccl].version,
    }
    versions = settings[Cuda].versions
    if settings.host.profile == "framework_only":
        conflicting = {"cuda_versions": versions, **libraries}
        fault = 'requested, but box_profile = "framework_only" leaves it out | remove one of the two settings'
    elif versions == []:
        conflicting = {**libraries}
        fault = "requested, but cuda_versions = [] leaves no toolkit to use it with | remove one of the two settings"
    else:
        return {}
    return {name: fault for name, value in conflicting.items() if value and value != "none"}
