"""Say what boxes are, what they would get and what apt would do; nothing is changed."""

from pyinfra import host

from dlbox.apply.preflight import observe_and_plan
from dlbox.apply.results import report_at_exit
from dlbox.plan.plan_text import format_plans
from roles import ROLES
from roles.nvidia_driver.simulate import would_install

report_at_exit(host.state, format_plans)
plan, result = observe_and_plan(host, ROLES)
if plan:
    result.apt = would_install(host, plan)
