"""What a layer could have been instead, and what is against it."""

from __future__ import annotations

from collections.abc import Iterator

from roles.stack import frameworks, support
from roles.stack.candidate import Candidate, Chosen, field_of, order
from roles.stack.layers import LAYERS, against, unwished
from roles.stack.model import Rejected
from roles.stack.problem import Problem
from roles.stack.search import ranked


def number(candidate: Candidate) -> str:
    """Return a version that can be compared; NVLSM's own numbers are not planned."""
    return str(candidate.version).replace("*", "0")


def rejected(problem: Problem, chosen: Chosen, taken: Candidate) -> Iterator[Rejected]:
    """Yield what ranks before the choice, or is newer, each with the first thing against it."""
    seen = {taken.label}
    everything = list(LAYERS[taken.layer].candidates(problem))
    before = True
    for candidate in ranked(problem, everything, chosen):
        before = before and candidate != taken
        newer = order(number(candidate)) > order(number(taken))
        if candidate.label not in seen and (before or newer):
            seen.add(candidate.label)
            against_it = because_of(problem, chosen, candidate)
            yield Rejected(
                candidate=candidate.label, version=number(candidate), because=against_it
            )


def because_of(problem: Problem, chosen: Chosen, candidate: Candidate) -> str:
    """Return the first thing against a candidate, or else why it ranks lower."""
    said = [f"{wish} is wished" for wish in unwished(problem, candidate)]
    said += against(problem, candidate)
    said += [need.why for need in candidate.needs if not need.met(chosen)]
    said += [
        f"{other.label}: {need.why}"
        for other in chosen.values()
        for need in other.needs
        if candidate.layer in need.layers
        and not need.met({**chosen, candidate.layer: candidate})
    ]
    return said[0] if said else _lesser(problem, candidate)


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
