"""Explain each layer of a stack: why it was chosen, how long it lasts, and what was rejected."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from dlbox.stack import support
from dlbox.stack.candidate import Candidate, Chosen, field_of, version_key
from dlbox.stack.layers import LAYERS, driver, frameworks, unconstrained, violations
from dlbox.stack.layers.frameworks import UNLOCKED
from dlbox.stack.model import Choice, Rejected
from dlbox.stack.problem import Problem
from dlbox.stack.search import closest, ranked
from dlbox.stack.support import fails_on


def choice(problem: Problem, chosen: Chosen, name: str) -> Choice:
    """Return the explanation of a layer that the box gets."""
    candidate = chosen[name]
    others = tuple(rejected_candidates(problem, chosen, candidate))
    until, why = _until(problem, candidate, others)
    return Choice(
        version=str(candidate.version),
        source=source_label(candidate),
        reason=choice_reason(problem, candidate),
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
    newer = [
        r for r in rejected if version_key(r.version) > version_key(rejected_number(candidate))
    ]
    unlocked = [r.candidate for r in newer if r.because == UNLOCKED]
    if unlocked:
        return None, f"newer for these cards: {unlocked[0]}, but {UNLOCKED}"
    barred = [r for r in newer if any(name in r.because for name in names)]
    if barred:
        return None, f"no newer version fits: {barred[0].because}"
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
    """Return the reason why the box does not get a layer."""
    if any(constraint.value == "none" for constraint in problem.of(name)):
        return "not wanted"
    if problem.mode(name) == "not":
        return _not_requested(problem, name)
    if name in {"cudnn", "nccl"} and not chosen["cuda"].there:
        return "no CUDA toolkit to use it with"
    near = closest(problem, list(LAYERS[name].candidates(problem)), chosen)
    if not near:
        return "there is none"
    because = rejection_reason(problem, chosen, near[0])
    return because if near[0].label in because else f"{near[0].label}: {because}"


def _not_requested(problem: Problem, name: str) -> str:
    cards = len(problem.gpus)
    if name == "nccl" and cards:
        return "one GPU; set nccl_version to install it anyway"
    return {
        "fabricmanager": "no NVSwitch",
        "nvlsm": "no NVLink 5 switch",
        "cuda_compat": "not requested",
        "jax": "not requested",
    }.get(name, "no GPU declared or found on the PCI bus")


RULES = {
    "driver": "longest-supported branch that drives every card, the distribution's own first",
    "fabricmanager": "NVSwitch on the bus: its version must equal the driver's",
    "nvlsm": "NVLink 5 switches need it beside Fabric Manager",
    "cuda_compat": "requested: newer CUDA over an older driver's module",
    "python": "the system's own python3",
    "cuda": "newest that compiles for every card and that the driver fully supports",
    "cudnn": "newest for this CUDA major with code for every card",
    "nccl": "newest for this CUDA major with code for every card",
    "pytorch": "newest with locked wheels and code for every card",
    "tensorflow": "newest with locked wheels and code for every card",
    "jax": "newest with locked wheels and code for every card",
}
SOURCES = {
    "fabricmanager": "nvidia",
    "nvlsm": "nvidia",
    "cuda_compat": "nvidia",
    "python": "distro",
    "cudnn": "wheels",
    "nccl": "wheels",
}


def source_label(candidate: Candidate) -> str:
    """Return the source of a candidate: distro, nvidia, wheels, pypi or the URL of an index."""
    if candidate.layer in frameworks.TITLES:
        return field_of(candidate, "index") or "pypi"
    return SOURCES.get(candidate.layer) or str(field_of(candidate, "source"))


def choice_reason(problem: Problem, candidate: Candidate) -> str:
    """Return the rule that decided the layer."""
    requested = ", ".join(str(constraint) for constraint in problem.of(candidate.layer))
    rule = f"requested: {requested}" if requested else RULES[candidate.layer]
    if candidate.layer == "driver":
        return (
            f"{rule}; {_flavour(problem, candidate)}{_other_flavour_fault(problem, candidate)}"
        )
    return rule


def _other_flavour_fault(problem: Problem, candidate: Candidate) -> str:
    """Return why the other flavour of the same driver fails on the box's kernels; empty: it does not fail."""
    branch, flavour = field_of(candidate, "branch"), field_of(candidate, "flavour")
    for other in problem.catalog.drivers[branch].flavours:
        bad = fails_on(problem, str(candidate.version), other) if other != flavour else ()
        if bad:
            return (
                f"; the {other} ones do not compile on kernel {bad[0].kernel} ({bad[0].error})"
            )
    return ""


def _flavour(problem: Problem, candidate: Candidate) -> str:
    flavour, branch = field_of(candidate, "flavour"), field_of(candidate, "branch")
    if len(problem.catalog.drivers[branch].flavours) == 1:
        return f"branch {branch} has {flavour} modules only"
    for gpu in problem.gpus:
        name, row = problem.architecture(gpu)
        if row.flavours == (flavour,):
            return f"{name} needs the {flavour} modules"
    if any(constraint.word == "flavour" for constraint in problem.constraints):
        return f"{flavour} modules as requested"
    since = driver.OPEN_BY_DEFAULT_SINCE
    age = "since" if branch >= since else "before"
    return f"{flavour} modules, NVIDIA's default {age} {since}"


def rejected_number(candidate: Candidate) -> str:
    """Return a version that can be compared; NVLSM's own version numbers are not planned."""
    return str(candidate.version).replace("*", "0")


def rejected_candidates(
    problem: Problem, chosen: Chosen, taken: Candidate
) -> Iterator[Rejected]:
    """Yield the candidates that are newer or rank higher, each with the first reason against it."""
    seen = {taken.label}
    everything = list(LAYERS[taken.layer].candidates(problem))
    before = True
    for candidate in ranked(problem, everything, chosen):
        before = before and candidate != taken
        newer = version_key(rejected_number(candidate)) > version_key(rejected_number(taken))
        if candidate.label not in seen and (before or newer):
            seen.add(candidate.label)
            against_it = rejection_reason(problem, chosen, candidate)
            yield Rejected(
                candidate=candidate.label,
                version=rejected_number(candidate),
                because=against_it,
            )


def rejection_reason(problem: Problem, chosen: Chosen, candidate: Candidate) -> str:
    """Return the first reason against a candidate, or else why it ranks lower."""
    reasons = [f"{constraint} is requested" for constraint in unconstrained(problem, candidate)]
    reasons += violations(problem, candidate)
    reasons += [need.why for need in candidate.needs if not need.met(chosen)]
    reasons += [
        f"{other.label}: {need.why}"
        for other in chosen.values()
        for need in other.needs
        if candidate.layer in need.layers
        and not need.met({**chosen, candidate.layer: candidate})
    ]
    return reasons[0] if reasons else _lesser(problem, candidate)


def _lesser(problem: Problem, candidate: Candidate) -> str:
    if candidate.layer == "driver":
        if bad := field_of(candidate, "fails_on"):
            return f"does not compile on kernel {bad[0].kernel} ({bad[0].error})"
        end = support.until(problem, candidate)
        theirs = field_of(candidate, "source") == "nvidia"
        after = "; the distribution's own comes first" if theirs else ""
        return "no longer supported" if end < problem.today else f"supported until {end}{after}"
    if candidate.layer in frameworks.TITLES and not field_of(candidate, "locked"):
        return frameworks.UNLOCKED
    if candidate.layer == "cuda":
        return "newer than the driver's own CUDA"
    return "allowed, and ranks lower"
