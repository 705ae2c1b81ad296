"""The layers of a stack in order of dependency, and the rules of each layer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from dlbox.stack.candidate import Candidate, Chosen
from dlbox.stack.gpus import Gpu
from dlbox.stack.layers import cuda, cudnn_nccl, driver, frameworks
from dlbox.stack.problem import Problem

Objection = Callable[[Problem, Candidate, Gpu], str | None]


def no_objection(problem: Problem, candidate: Candidate, gpu: Gpu) -> str | None:
    """Return None for every card: the layer is the same for all of them."""
    del problem, candidate, gpu
    return None


def catalogue_order(
    problem: Problem, candidate: Candidate, chosen: Chosen
) -> tuple[object, ...]:
    """Return a constant sort key, which keeps the order of the catalogue."""
    del problem, candidate, chosen
    return ()


@dataclass(frozen=True)
class Layer:
    """The rules of one layer."""

    candidates: Callable[[Problem], Iterable[Candidate]]
    objection: Objection = no_objection
    """Returns why a candidate does not suit a card; None: it does."""
    rank: Callable[[Problem, Candidate, Chosen], tuple[object, ...]] = catalogue_order


def _framework(name: str) -> Layer:
    candidates = partial(frameworks.candidates, name=name)  # type: ignore[arg-type]  # a FrameworkName
    return Layer(candidates, frameworks.objection, frameworks.rank)


LAYERS: Mapping[str, Layer] = {
    "driver": Layer(driver.candidates, driver.objection, driver.rank),
    "fabricmanager": Layer(driver.managers),
    "nvlsm": Layer(driver.subnet_managers),
    "cuda_compat": Layer(cuda.compats, cuda.no_data_centre),
    "python": Layer(frameworks.pythons),
    "cuda": Layer(cuda.toolkits, cuda.objection, cuda.rank),
    "cudnn": Layer(cudnn_nccl.cudnns, cudnn_nccl.no_cudnn, cudnn_nccl.rank),
    "nccl": Layer(cudnn_nccl.nccls, cudnn_nccl.no_code, cudnn_nccl.rank),
    "pytorch": _framework("pytorch"),
    "tensorflow": _framework("tensorflow"),
    "jax": _framework("jax"),
}


def violations(problem: Problem, candidate: Candidate) -> list[str]:
    """Return the reasons of the cards and the box against a candidate, whatever else is chosen."""
    layer = LAYERS[candidate.layer]
    objections = (layer.objection(problem, candidate, gpu) for gpu in problem.gpus)
    return [*(fault for fault in objections if fault), *candidate.faults]


def unconstrained(problem: Problem, candidate: Candidate) -> list[str]:
    """Return the constraints that a candidate does not satisfy."""
    return [
        str(constraint)
        for constraint in problem.of(candidate.layer)
        if constraint.value != "none"
        and not constraint.matches(candidate.word(constraint.word))
    ]


def domain(problem: Problem, name: str) -> list[Candidate]:
    """Return the candidates that a layer has on this box, before other layers are considered."""
    mode = problem.mode(name)
    absent = [Candidate(name, None)]
    if mode == "not":
        return absent
    fit = [
        candidate
        for candidate in LAYERS[name].candidates(problem)
        if not unconstrained(problem, candidate) and not violations(problem, candidate)
    ]
    return fit if mode == "must" else [*fit, *absent]
