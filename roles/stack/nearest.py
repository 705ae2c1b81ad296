"""The nearest wish that would work."""

from __future__ import annotations

from dataclasses import replace

from roles.stack import support
from roles.stack.candidate import Candidate, order
from roles.stack.layers import LAYERS
from roles.stack.problem import Problem
from roles.stack.search import NOTHING, ranked, search
from roles.stack.wish import VERSION, Wish, fault


def nearest(problem: Problem, wish: Wish) -> Wish | None:
    """Return the same wish with the nearest value that works, everything else unchanged."""
    others = tuple(w for w in problem.wishes if w != wish)
    for value in _values(problem, wish):
        other = Wish(wish.word, value)
        if search(replace(problem, wishes=(*others, other))):
            return other
    return None


def _values(problem: Problem, wish: Wish) -> list[str]:
    """Return the values a wish could have, those next to what was wished first."""
    found = ranked(problem, list(LAYERS[wish.layer].candidates(problem)), NOTHING)
    values = list(dict.fromkeys(short(wish, c.word(wish.word)) for c in found))
    last = ["none"] if wish.demands and fault(wish.word, "none") is None else []
    bare = wish.value.removesuffix(".*")
    if not VERSION.fullmatch(bare) or not all(VERSION.fullmatch(value) for value in values):
        return [*values, *last]
    wanted = order(bare)
    older = sorted((v for v in values if order(v) <= wanted), key=order, reverse=True)
    near = [*older, *sorted((v for v in values if order(v) > wanted), key=order)]
    # A driver that somebody still supports, before one that nobody does.
    ended = {short(wish, c.word(wish.word)) for c in found if _has_ended(problem, c)}
    return [*(v for v in near if v not in ended), *(v for v in near if v in ended), *last]


def _has_ended(problem: Problem, candidate: Candidate) -> bool:
    return candidate.layer == "driver" and support.until(problem, candidate) < problem.today


def short(wish: Wish, value: str) -> str:
    """Return the branch of a driver where a branch was wished, else the value itself."""
    branch = wish.word == "driver" and "." not in wish.value
    return value.partition(".")[0] if branch else value
