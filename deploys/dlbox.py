"""Bring boxes to their wanted state: a deep-learning box, from the ground up.

The order below is the order in which one thing needs another.
"""

from roles.base.deploy import base
from roles.box.begun import begin
from roles.box.deploy import survey
from roles.box.gone import gone
from roles.box.record import record
from roles.cuda.deploy import cuda
from roles.cudnn.deploy import cudnn
from roles.frameworks.deploy import frameworks
from roles.gpu_policy.deploy import gpu_policy
from roles.jupyter.deploy import jupyter
from roles.lock.archive import only_locked
from roles.lock.exact import as_locked
from roles.nccl.deploy import nccl
from roles.nvidia_archive.deploy import nvidia_archive
from roles.nvidia_driver.deploy import nvidia_driver
from roles.nvidia_driver.guard.act import kernel_guard
from roles.nvidia_driver.reboot.operation import reboot_if_needed

plan = survey()
if plan:
    only_locked(plan=plan)
    begin(name="Note what is to come", plan=plan)
    kernel_guard(plan=plan)
    base(plan=plan)
    nvidia_archive(plan=plan)
    nvidia_driver(plan=plan)
    gpu_policy(plan=plan)
    cuda(plan=plan)
    cudnn(plan=plan)
    nccl(plan=plan)
    frameworks(plan=plan)
    jupyter(plan=plan)
    gone(name="Take away what is no longer asked for", plan=plan)
    as_locked(plan=plan)
    reboot_if_needed(plan=plan)
    record(name="Write down what was applied", plan=plan)
