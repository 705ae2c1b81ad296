"""Everything dlbox owns on a box, whichever role made it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from roles.base import owned as base
from roles.base.settings import Base
from roles.box.owned import Owned, union
from roles.cuda import owned as cuda
from roles.cudnn import owned as cudnn
from roles.frameworks import owned as frameworks
from roles.gpu_policy import owned as gpu_policy
from roles.gpu_policy.settings import GpuPolicy
from roles.jupyter import owned as jupyter
from roles.jupyter.settings import Jupyter
from roles.nccl import owned as nccl
from roles.nvidia_archive import owned as nvidia_archive
from roles.nvidia_archive.settings import NvidiaArchive
from roles.nvidia_driver import owned as nvidia_driver
from roles.nvidia_driver.settings import NvidiaDriver
from roles.stack.model import Stack


def owned(stack: Stack, data: Mapping[str, Any]) -> Owned:
    """Return it for a box with this stack and these good settings."""
    return union(
        (
            base.owned(Base.of(data)),
            nvidia_archive.owned(NvidiaArchive.of(data), stack),
            nvidia_driver.owned(NvidiaDriver.of(data), stack),
            gpu_policy.owned(GpuPolicy.of(data), stack),
            cuda.owned(stack),
            cudnn.owned(stack.cudnn),
            nccl.owned(stack.nccl),
            frameworks.owned(stack),
            jupyter.owned(Jupyter.of(data), stack),
        )
    )
