"""The registry of roles: one line per role, with its hooks, in order of dependency."""

from __future__ import annotations

from dlbox.plan.role import Registry, Role
from roles.base import manifest as base
from roles.base import preflight as base_preflight
from roles.base.settings import Base
from roles.cuda import manifest as cuda
from roles.cuda.conflicts import conflicts as cuda_conflicts
from roles.cuda.settings import Cuda
from roles.cudnn import manifest as cudnn
from roles.cudnn.settings import Cudnn
from roles.frameworks import manifest as frameworks
from roles.frameworks import summary as frameworks_summary
from roles.frameworks.settings import Frameworks
from roles.gpu_policy import manifest as gpu_policy
from roles.gpu_policy.settings import GpuPolicy
from roles.jupyter import manifest as jupyter
from roles.jupyter import summary as jupyter_summary
from roles.jupyter.settings import Jupyter
from roles.nccl import manifest as nccl
from roles.nccl.settings import Nccl
from roles.nvidia_archive import manifest as nvidia_archive
from roles.nvidia_archive.settings import NvidiaArchive
from roles.nvidia_driver import manifest as nvidia_driver
from roles.nvidia_driver import preflight as driver_preflight
from roles.nvidia_driver import summary as driver_summary
from roles.nvidia_driver.settings import NvidiaDriver

# fmt: off
ROLES = Registry((
    Role("base", Base, base.manifest, preflight=base_preflight.check, wheel_locks=base.wheel_locks),
    Role("nvidia_archive", NvidiaArchive, nvidia_archive.manifest, accept=nvidia_archive.accept),
    Role(
        "nvidia_driver",
        NvidiaDriver,
        nvidia_driver.manifest,
        preflight=driver_preflight.check,
        summary=driver_summary.rows,
    ),
    Role("gpu_policy", GpuPolicy, gpu_policy.manifest),
    Role("cuda", Cuda, cuda.manifest, conflicts=cuda_conflicts, wheel_locks=cuda.wheel_locks),
    Role("cudnn", Cudnn, cudnn.manifest, wheel_locks=cudnn.wheel_locks),
    Role("nccl", Nccl, nccl.manifest, wheel_locks=nccl.wheel_locks),
    Role("frameworks", Frameworks, frameworks.manifest, wheel_locks=frameworks.wheel_locks, summary=frameworks_summary.rows),
    Role("jupyter", Jupyter, jupyter.manifest, wheel_locks=jupyter.wheel_locks, summary=jupyter_summary.rows),
))
# fmt: on
