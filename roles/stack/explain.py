"""Why a layer is what it is, until when, and what was rejected for it."""

from __future__ import annotations

from datetime import date

from roles.stack import support
from roles.stack.candidate import Candidate, Chosen, field_of, order
from roles.stack.frameworks import UNLOCKED
from roles.stack.layers import LAYERS
from roles.stack.model import Choice, Rejected
from roles.stack.problem import Problem
from roles.stack.reasons import reason, source
from roles.stack.rejected import because_of, number, rejected
from roles.stack.search import closest


def choice(problem: Problem, chosen: Chosen, name: str) -> Choice:
    """Explain a layer that the box gets."""
    candidate = chosen[name]
    others = tuple(rejected(problem, chosen, candidate))
    until, why = _until(problem, candidate, others)
    return Choice(
        version=str(candidate.version),
        source=source(candidate),
        reason=reason(problem, candidate),
        until=until,
        until_reason=why,
        rejected=others,
    )


def _until(
    problem: Problem, candidate: Candidate, rejected: tuple[Rejected, ...]
) -> tuple[date | None, str]:
    if candidate.layer == "driver":
        return _driver_until(problem, candidate)
    if candidate.layer == "python":
        return problem.offer.until, f"{problem.system}'s free security support ends"
    names = [gpu.name for gpu in problem.gpus]
    newer = [r for r in rejected if order(r.version) > order(number(candidate))]
    unlocked = [r.candidate for r in newer if r.because == UNLOCKED]
    if unlocked:
        return None, f"newer for these cards: {unlocked[0]}, but {UNLOCKED}"
    barred = [r for r in newer if any(name in r.because for name in names)]
    if barred:
        return None, f"nothing newer follows: {barred[0].because}"
    return None, "no end announced"


def _driver_until(problem: Problem, candidate: Candidate) -> tuple[date | None, str]:
    branch, end = field_of(candidate, "branch"), support.until(problem, candidate)
    if end < problem.today:
        return None, f"nobody supports branch {branch} any more"
    if field_of(candidate, "source") == "distro":
        packaged = support.distro_row(problem, branch)
        if packaged.until:
            return end, packaged.until_reason
    row = problem.catalog.drivers[branch]
    return end, f"NVIDIA's {row.kind} branch {branch} ends"


def absence(problem: Problem, chosen: Chosen, name: str) -> str:
    """Explain a layer that the box does not get."""
    if any(wish.value == "none" for wish in problem.of(name)):
        return "not wanted"
    if problem.mode(name) == "not":
        return _unasked(problem, name)
    if name in {"cudnn", "nccl"} and not chosen["cuda"].there:
        return "no CUDA toolkit to use it with"
    near = closest(problem, list(LAYERS[name].candidates(problem)), chosen)
    if not near:
        return "there is none"
    because = because_of(problem, chosen, near[0])
    return because if near[0].label in because else f"{near[0].label}: {because}"


def _unasked(problem: Problem, name: str) -> str:
    cards = len(problem.gpus)
    if name == "nccl" and cards:
        return "one GPU; a wish brings it all the same"
    return {
        "fabricmanager": "no NVSwitch",
        "nvlsm": "no NVLink 5 switch",
        "cuda_compat": "not asked for",
        "jax": "not asked for",
    }.get(name, "no GPU, by declaration or on the PCI bus")
