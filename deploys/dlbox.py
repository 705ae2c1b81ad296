"""Bring boxes to their wanted state: a deep-learning box, from the ground up.

The order below is the order in which one thing needs another.
"""

from dlbox.apply.locked import enforce_locked_versions, restrict_apt_to_lock
from dlbox.apply.preflight import plan_host
from dlbox.apply.prune import prune
from dlbox.apply.record import write_journal, write_record
from roles import ROLES
from roles.base.deploy import base
from roles.cuda.deploy import cuda
from roles.cudnn.deploy import cudnn
from roles.frameworks.deploy import frameworks
from roles.gpu_policy.deploy import gpu_policy
from roles.jupyter.deploy import jupyter
from roles.nccl.deploy import nccl
from roles.nvidia_archive.deploy import nvidia_archive
from roles.nvidia_driver.deploy import nvidia_driver
from roles.nvidia_driver.kernels.operations import kernel_guard
from roles.nvidia_driver.manifest import belongs_to_driver
from roles.nvidia_driver.reboot.operations import reboot_if_needed

plan, result = plan_host(ROLES)
if plan:
    restrict_apt_to_lock(plan=plan)
    write_journal(name="Write the journal", plan=plan)
    kernel_guard(plan=plan)
    base(plan=plan)
    nvidia_archive(plan=plan)
    nvidia_driver(plan=plan, result=result)
    gpu_policy(plan=plan)
    cuda(plan=plan)
    cudnn(plan=plan)
    nccl(plan=plan)
    frameworks(plan=plan)
    jupyter(plan=plan)
    prune(
        name="Prune what is no longer requested",
        plan=plan,
        result=result,
        belongs_to_driver=belongs_to_driver,
    )
    enforce_locked_versions(plan=plan)
    reboot_if_needed(plan=plan, result=result)
    write_record(name="Write the record", plan=plan, result=result)
