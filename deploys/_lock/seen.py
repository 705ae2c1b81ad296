"""What each box would get, noted while pyinfra is connected to it."""

from __future__ import annotations

from datetime import date

from pyinfra import host

from roles.box.deploy import judge
from roles.box.facts import BoxIdentity, Identity
from roles.box.inventory import data
from roles.box.outcome import outcome
from roles.box.plan import Plan, plan
from roles.box.root import become_root
from roles.lock.closure import Closure, WouldFetch
from roles.nvidia_driver.signing.decision import secured
from roles.nvidia_driver.simulate import asked, files
from roles.stack.model import Refused

SEEN: dict[str, Closure] = {}
SIGNING = ("mokutil", "openssl")
"""What the nvidia_driver role installs where a kernel asks for signed modules."""


def see(today: date) -> None:
    """Solve the box's stack anew, whatever lock it has, and ask its apt for the closure."""
    judge(host.state)
    box = host.get_fact(BoxIdentity)
    if not isinstance(box, Identity):
        return  # pyinfra has failed this box, for what it said or did not say
    told = outcome(host.name)
    try:
        become_root(box)
        planned = plan(box, data(host), today)
        found: Closure = host.get_fact(
            WouldFetch,
            files=files(planned),
            wanted=_wanted(planned),
            kernels=bool(box.kernels) and planned.stack.driver is not None,
        )
    except Refused as refusal:
        told.refused = True
        told.failed = str(refusal)
        return
    if found.error:
        told.failed = f"apt: {found.error} | mend the cause and run the same command again"
        return
    told.plan = planned
    SEEN[host.name] = found


def _wanted(planned: Plan) -> dict[str, str]:
    signing = SIGNING if secured(planned.box, planned.stack) else ()
    return asked(planned.stack, {**planned.owned.packages, **dict.fromkeys(signing, "")})
