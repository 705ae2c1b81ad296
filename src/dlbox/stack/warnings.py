"""Warnings about a stack that fits: support that ends soon, mixed cards, settings to check."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from dlbox.stack import support
from dlbox.stack.candidate import Candidate, Chosen, field_of
from dlbox.stack.layers import cuda, driver, violations
from dlbox.stack.layers.frameworks import TITLES, UNLOCKED
from dlbox.stack.problem import MANY, Problem
from dlbox.stack.search import NOTHING, ranked

SOON = timedelta(days=180)


def warnings(problem: Problem, chosen: Chosen) -> Iterator[str]:
    """Yield each warning as one line."""
    driver = chosen["driver"]
    if driver.there:
        yield from _driver(problem, driver)
    elif problem.gpus:
        yield "no driver is planned, as requested: the cards cannot be used without one"
    if problem.switches and not chosen["fabricmanager"].there:
        yield "NVSwitches without a Fabric Manager, as requested: CUDA fails with error 802 until one runs"
    yield from _system(problem)
    yield from _toolkit(problem, chosen)
    for name, title in TITLES.items():
        if chosen[name].there and not field_of(chosen[name], "locked"):
            yield (
                f"{title} {chosen[name].version}: {UNLOCKED}; `up` installs it once"
                f" `./dlbox catalog --lock {field_of(chosen[name], 'lock')}` has locked them"
            )
    yield from _cards(problem)


def _driver(problem: Problem, driver: Candidate) -> Iterator[str]:
    branch = field_of(driver, "branch")
    row = problem.catalog.drivers[branch]
    end = row.until
    if end == "ended":
        yield f"driver {branch}: NVIDIA's own support of this branch has ended{_instead(problem)}"
    elif isinstance(end, date) and end < problem.today:
        yield f"driver {branch}: NVIDIA's own support of this branch ended on {end}{_instead(problem)}"
    elif isinstance(end, date) and end - problem.today <= SOON:
        days = (end - problem.today).days
        yield f"driver {branch}: its support ends on {end}, in {days} days"
    for gpu in dict.fromkeys(problem.gpus):
        name, architecture = problem.architecture(gpu)
        if architecture.last_driver == branch:
            yield f"driver {branch} is the last branch for a {gpu.name} ({name})"
    yield from _kernels(problem, driver)
    if problem.secure_boot:
        yield "Secure Boot is on: the module is loaded only after its signing key has been enrolled"


def _kernels(problem: Problem, driver: Candidate) -> Iterator[str]:
    bad = field_of(driver, "fails_on")
    good = [k for k in problem.kernels if k not in {fault.kernel for fault in bad}]
    if bad and good:
        yield (
            f"the {field_of(driver, 'flavour')} modules {driver.version} do not compile on kernel"
            f" {', '.join(fault.kernel for fault in bad)} ({bad[0].error}); {good[0]} boots, and is held"
        )


def _instead(problem: Problem) -> str:
    """Return how to get a driver that NVIDIA supports, if one exists for these cards."""
    if problem.of("driver"):
        return ""
    for candidate in ranked(problem, list(driver.candidates(problem)), NOTHING):
        end = support.until(problem, candidate)
        suitable = field_of(candidate, "source") == "nvidia" and end >= problem.today
        if suitable and not violations(problem, candidate):
            return f"; driver_source=nvidia brings {field_of(candidate, 'branch')}, supported until {end}"
    return ""


def _system(problem: Problem) -> Iterator[str]:
    end = problem.offer.until
    if end < problem.today:
        yield f"{problem.system}: its free security support ended on {end}"
    elif end - problem.today <= SOON:
        yield f"{problem.system}: its free security support ends on {end}"


def _toolkit(problem: Problem, chosen: Chosen) -> Iterator[str]:
    toolkit, driver = chosen["cuda"], chosen["driver"]
    if not toolkit.there or not driver.there or chosen["cuda_compat"].there:
        return
    own = problem.catalog.cuda.toolkits[str(toolkit.version)].own_driver
    if not cuda.runs_in_full(own, field_of(driver, "branch")):
        yield (
            f"CUDA {toolkit.version} is newer than driver {field_of(driver, 'branch')} (CUDA"
            f" {field_of(driver, 'cuda')}): compile for the cards themselves (nvcc -arch=sm_NN);"
            " PTX will not run"
        )


def _cards(problem: Problem) -> Iterator[str]:
    kinds = dict.fromkeys(f"{gpu.name} ({gpu.sm})" for gpu in problem.gpus)
    if len({gpu.sm for gpu in problem.gpus}) > 1:
        yield f"mixed cards: {', '.join(kinds)}; every layer is limited by the oldest"
    if len(problem.gpus) >= MANY and not problem.switches:
        yield "several cards share the board's PCIe lanes: see `lspci -vv`, LnkSta, for what each got"
