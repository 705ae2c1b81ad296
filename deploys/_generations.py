"""Look at what a box can go back to; nothing is changed."""

from pyinfra import host

from roles.box.deploy import judge
from roles.box.facts import BoxIdentity, Identity
from roles.box.generations import Generation, Generations
from roles.box.outcome import outcome
from roles.box.root import become_root

judge(host.state)
box = host.get_fact(BoxIdentity)
if isinstance(box, Identity):
    become_root(box)
    found: list[Generation] = host.get_fact(Generations)
    outcome(host.name).generations = tuple(found)
