"""The rule that decided a layer, and where the layer comes from."""

from __future__ import annotations

from roles.stack import drivers, frameworks
from roles.stack.candidate import Candidate, field_of
from roles.stack.obstacles import fails_on
from roles.stack.problem import Problem

RULES = {
    "driver": "longest-supported branch that drives every card, the distribution's own first",
    "fabricmanager": "NVSwitch on the bus: it must be of exactly the driver's version",
    "nvlsm": "NVLink 5 switches need it beside Fabric Manager",
    "cuda_compat": "wished: newer CUDA over an older driver's module",
    "python": "the system's own python3",
    "cuda": "newest that compiles for every card and that the driver runs in full",
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


def source(candidate: Candidate) -> str:
    """Return where a candidate comes from: distro, nvidia, wheels, pypi or the URL of an index."""
    if candidate.layer in frameworks.TITLES:
        return field_of(candidate, "index") or "pypi"
    return SOURCES.get(candidate.layer) or str(field_of(candidate, "source"))


def reason(problem: Problem, candidate: Candidate) -> str:
    """Return the rule that decided the layer."""
    wished = ", ".join(str(wish) for wish in problem.of(candidate.layer))
    rule = f"wished: {wished}" if wished else RULES[candidate.layer]
    if candidate.layer == "driver":
        return f"{rule}; {_flavour(problem, candidate)}{_other(problem, candidate)}"
    return rule


def _other(problem: Problem, candidate: Candidate) -> str:
    """Return what the box's kernels have against the other flavour of the same driver."""
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
    if any(wish.word == "flavour" for wish in problem.wishes):
        return f"{flavour} modules as wished"
    since = drivers.OPEN_BY_DEFAULT_SINCE
    age = "since" if branch >= since else "before"
    return f"{flavour} modules, NVIDIA's default {age} {since}"
