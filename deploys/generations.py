"""Say what boxes can go back to; nothing is changed."""

from pyinfra import host

from dlbox.apply.preflight import validate_inventory
from dlbox.apply.results import Results, report_at_exit
from dlbox.host.identity import BoxIdentity, Identity, become_root
from dlbox.plan.reports import format_generations
from dlbox.state.generations import Generation, Generations
from roles import ROLES

report_at_exit(host.state, format_generations)
validate_inventory(host.state, ROLES)
box = host.get_fact(BoxIdentity)
if isinstance(box, Identity):
    become_root(host, box)
    found: list[Generation] = host.get_fact(Generations)
    Results.of(host.state)[host.name].generations = tuple(found)
