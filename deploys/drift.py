"""Compare boxes with what was applied to them and with their settings; nothing is changed."""

from pyinfra import host

from dlbox.apply.compare import compare_host
from dlbox.apply.results import report_at_exit
from dlbox.plan.reports import format_drift_report
from roles import ROLES

report_at_exit(host.state, format_drift_report)
compare_host(host, ROLES)
