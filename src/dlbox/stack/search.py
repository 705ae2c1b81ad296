"""Choose the best candidate for each layer in turn, and go back to the layer that causes a conflict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dlbox.stack.candidate import Candidate, Chosen
from dlbox.stack.layers import LAYERS, domain, unconstrained, violations
from dlbox.stack.layers.frameworks import UNLOCKED
from dlbox.stack.problem import Problem

# resolvelib was tried in its place, on 400 random boxes. It agreed on which of them have a stack, and
# chose another one for 79: it ranks a layer's candidates before it knows the driver, and gives up a
# better driver for a newer framework. Of a refusal it names the conflict met last.


def search(problem: Problem) -> dict[str, Candidate] | None:
    """Return the first candidate per layer that fits all others; None: no combination fits.

    The order is lexicographic: no layer gets a lower-ranked candidate for the sake of a later
    layer, unless the later layer would have none at all. The search is complete: it chooses
    again only the layers that cause a conflict, and the others cannot resolve it.
    """
    domains = {name: domain(problem, name) for name in LAYERS}
    found = _from(problem, list(LAYERS), domains, {})
    return found if isinstance(found, dict) else None


def _from(
    problem: Problem,
    names: Sequence[str],
    domains: Mapping[str, Sequence[Candidate]],
    chosen: Chosen,
) -> dict[str, Candidate] | set[str]:
    """Return a choice for all layers, or the names of the chosen layers that rule out any choice."""
    if not names:
        return dict(chosen)
    name, *rest = names
    blamed: set[str] = set()
    for candidate in ranked(problem, domains[name], chosen):
        blame = {layer for need in violated(candidate, chosen) for layer in need}
        found = blame or _from(problem, rest, domains, {**chosen, name: candidate})
        if isinstance(found, dict):
            return found
        if not blame and name not in found:
            return found
        blamed |= found - {name}
    return blamed


def ranked(
    problem: Problem, candidates: Sequence[Candidate], chosen: Chosen
) -> list[Candidate]:
    """Return the candidates, the best first; the candidate without the layer comes last."""
    present = [candidate for candidate in candidates if candidate.there]
    rank = LAYERS[candidates[0].layer].rank if candidates else None
    if rank:
        present.sort(key=lambda candidate: rank(problem, candidate, chosen))
    return [*present, *(candidate for candidate in candidates if not candidate.there)]


def violated(candidate: Candidate, chosen: Chosen) -> list[tuple[str, ...]]:
    """Return the layers of each need of a candidate that the chosen layers do not meet."""
    return [need.layers for need in candidate.needs if not need.met(chosen)]


NOTHING: Chosen = {name: Candidate(name, None) for name in LAYERS}
"""A box on which no layer has been chosen yet."""


def closest(
    problem: Problem, candidates: Sequence[Candidate], chosen: Chosen
) -> list[Candidate]:
    """Return unsuitable candidates, the closest first, for an explanation to a person."""

    def distance(candidate: Candidate) -> tuple[object, ...]:
        faults = violations(problem, candidate)
        return (
            len(unconstrained(problem, candidate)),
            len(violated(candidate, chosen)) if chosen is not NOTHING else 0,
            bool(faults),
            faults != [UNLOCKED],
            not all("unknown" in fault for fault in faults),
            len(faults),
        )

    return sorted(ranked(problem, candidates, chosen), key=distance)
