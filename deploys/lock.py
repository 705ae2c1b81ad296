"""Write the lock files that boxes name, or say what would change in them; no box is changed."""

from pyinfra import host

from dlbox.apply.results import report_at_exit
from dlbox.locking.observe import observe_for_lock
from dlbox.locking.run import report_locks
from roles import ROLES
from roles.nvidia_driver.simulate import apt_files, locked_request

report_at_exit(host.state, report_locks)
observe_for_lock(host, ROLES, apt_files, locked_request)
