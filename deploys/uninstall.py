"""Take away what dlbox brought to boxes; what was there before stays."""

from pyinfra import host

from dlbox.apply.prune import prune
from dlbox.apply.uninstall import forget, keep_record, plan_removal
from roles import ROLES
from roles.nvidia_driver.in_use.policy import parse_policy
from roles.nvidia_driver.install import remove_driver
from roles.nvidia_driver.manifest import belongs_to_driver
from roles.nvidia_driver.settings import NvidiaDriver

plan, result = plan_removal(host, ROLES)
if plan:
    remove_driver(
        name="Take the driver away",
        plan=plan,
        result=result,
        when=None
        if plan.box.container
        else parse_policy(plan.settings[NvidiaDriver].when_busy),
    )
    prune(
        name="Take away what dlbox brought",
        plan=plan,
        result=result,
        belongs_to_driver=belongs_to_driver,
    )
    keep_record(name="Write down what is left", plan=plan, result=result)
    forget(name="Take away the record, the store and the folders", result=result)
