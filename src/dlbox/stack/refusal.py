"""Explain why no stack fits: the smallest conflict, and the nearest constraint that would work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from dlbox.stack import support
from dlbox.stack.candidate import Candidate, version_key
from dlbox.stack.constraint import VERSION, Constraint, constraint_fault
from dlbox.stack.gpus import Gpu
from dlbox.stack.layers import LAYERS, unconstrained, violations
from dlbox.stack.model import Refusal
from dlbox.stack.problem import Problem
from dlbox.stack.search import NOTHING, closest, ranked, search


def refusal(problem: Problem) -> Refusal:
    """Return the reason why a problem has no solution."""
    core = _core(problem)
    if not core.constraints:
        return Refusal(because=_cards(core), nearest=None)
    deepest = max(core.constraints, key=lambda constraint: list(LAYERS).index(constraint.layer))
    found = (
        nearest_constraint(problem, constraint) for constraint in (deepest, *core.constraints)
    )
    remedy = next((constraint for constraint in found if constraint), None)
    return Refusal(because=_explain_constraint(core, deepest), nearest=remedy and str(remedy))


def _core(problem: Problem) -> Problem:
    """Return the problem with the fewest cards and constraints that still has no solution."""
    for kind in dict.fromkeys(gpu.name for gpu in problem.gpus):
        fewer = replace(problem, gpus=tuple(g for g in problem.gpus if g.name != kind))
        # A box without any card would be a different problem.
        problem = problem if not fewer.gpus or search(fewer) else fewer
    for constraint in problem.constraints:
        others = replace(
            problem, constraints=tuple(w for w in problem.constraints if w != constraint)
        )
        problem = problem if search(others) else others
    return replace(problem, gpus=tuple({gpu.name: gpu for gpu in problem.gpus}.values()))


def _cards(core: Problem) -> str:
    """Explain what rules out the cards, or a required layer, without any constraint."""
    for name in LAYERS:
        candidates = list(LAYERS[name].candidates(core)) if core.mode(name) == "must" else []
        if all(violations(core, candidate) for candidate in candidates) and candidates:
            return f"nothing is known for it on {core.system}: {_join_reasons(_reasons(core, candidates))}"
    names = ", ".join(gpu.name for gpu in core.gpus) or "NVSwitches, and no card"
    return f"no single driver of {core.system} supports the whole box ({names})"


def _reasons(core: Problem, candidates: Iterable[Candidate]) -> Iterator[str]:
    """Yield for each card its reason against the best candidate for the other cards."""
    near = closest(core, list(candidates), NOTHING)
    for gpu in core.gpus:
        others = replace(core, gpus=tuple(other for other in core.gpus if other != gpu))
        fits = [c for c in near if others.gpus and not violations(others, c)] or near
        yield f"{fits[0].label}: {violations(core, fits[0])[0]}"


def _join_reasons(reasons: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(reasons))


def _explain_constraint(core: Problem, constraint: Constraint) -> str:
    """Explain what conflicts with the constraint."""
    others = replace(core, constraints=tuple(w for w in core.constraints if w != constraint))
    candidates = list(LAYERS[constraint.layer].candidates(core))
    matching = [c for c in candidates if constraint.matches(c.word(constraint.word))]
    if not matching:
        usable = [c for c in candidates if not c.faults] or candidates
        available = dict.fromkeys(short(constraint, c.word(constraint.word)) for c in usable)
        return f"{constraint}: {core.system} has none; there is {', '.join(available) or 'nothing'}"
    solved = search(others)
    if solved is None:
        return f"{constraint}: no candidate fits the rest of the box"
    conflicts = [*_conflicts(others, solved, closest(others, matching, solved))]
    reason = (
        f"{constraint}: {conflicts[0]}"
        if conflicts
        else f"{constraint} cannot be combined with {_rest_of_box(others)}"
    )
    unnamed = [str(w) for w in others.constraints if str(w) not in reason]
    return f"{reason} (with {', '.join(unnamed)})" if unnamed else reason


def _conflicts(
    others: Problem, solved: dict[str, Candidate], best: Iterable[Candidate]
) -> Iterator[str]:
    for candidate in best:
        yield from violations(others, candidate)
        lacking = unconstrained(others, candidate)
        if lacking:
            yield f"{candidate.label} is not {', '.join(lacking)}"
        for need in candidate.needs:
            if not need.met(solved):
                has = ", ".join(
                    solved[layer].label or f"no {layer}" for layer in need.layers[:1]
                )
                yield f"{need.why}, and {_rest_of_box(others)} leaves {has}"


def _rest_of_box(others: Problem) -> str:
    return (
        " with ".join([str(w) for w in others.constraints] + _card_names(others.gpus))
        or others.system
    )


def _card_names(gpus: Iterable[Gpu]) -> list[str]:
    return [f"a {gpu.name}" for gpu in gpus]


def nearest_constraint(problem: Problem, constraint: Constraint) -> Constraint | None:
    """Return the same constraint with the nearest value that works, all else unchanged; None: none works."""
    others = tuple(w for w in problem.constraints if w != constraint)
    for value in _values(problem, constraint):
        other = Constraint(constraint.word, value)
        if search(replace(problem, constraints=(*others, other))):
            return other
    return None


def _values(problem: Problem, constraint: Constraint) -> list[str]:
    """Return the values that a constraint could have, those closest to the requested value first."""
    found = ranked(problem, list(LAYERS[constraint.layer].candidates(problem)), NOTHING)
    values = list(dict.fromkeys(short(constraint, c.word(constraint.word)) for c in found))
    last = (
        ["none"]
        if constraint.demands and constraint_fault(constraint.word, "none") is None
        else []
    )
    bare = constraint.value.removesuffix(".*")
    if not VERSION.fullmatch(bare) or not all(VERSION.fullmatch(value) for value in values):
        return [*values, *last]
    wanted = version_key(bare)
    older = sorted(
        (v for v in values if version_key(v) <= wanted), key=version_key, reverse=True
    )
    near = [*older, *sorted((v for v in values if version_key(v) > wanted), key=version_key)]
    # Drivers that are still supported come before drivers that are not.
    ended = {
        short(constraint, c.word(constraint.word)) for c in found if _has_ended(problem, c)
    }
    return [*(v for v in near if v not in ended), *(v for v in near if v in ended), *last]


def _has_ended(problem: Problem, candidate: Candidate) -> bool:
    return candidate.layer == "driver" and support.until(problem, candidate) < problem.today


def short(constraint: Constraint, value: str) -> str:
    """Return the branch of a driver if a branch was requested, otherwise the value itself."""
    branch = constraint.word == "driver" and "." not in constraint.value
    return value.partition(".")[0] if branch else value
