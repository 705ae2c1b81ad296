"""cuda-compat, which runs a newer CUDA over an older driver's module on data centre cards."""

from __future__ import annotations

from collections.abc import Iterator

from dlbox.stack.candidate import Candidate, Need, field_of
from dlbox.stack.catalog_schema import Unknown
from dlbox.stack.components import Compat
from dlbox.stack.gpus import Gpu
from dlbox.stack.problem import Problem


def compats(problem: Problem) -> Iterator[Candidate]:
    """Yield a candidate for each cuda-compat package."""
    for release, row in problem.catalog.compat.items():
        over = row.over
        name = f"cuda-compat-{release.replace('.', '-')}"
        branches = () if isinstance(over, Unknown) else over
        need = Need(
            ("driver",),
            lambda chosen, over=branches: (  # type: ignore[misc]  # the default binds this turn's
                chosen["driver"].there and field_of(chosen["driver"], "branch") in over
            ),
            f"{name} works over driver {' '.join(map(str, branches))} alone",
        )
        yield Candidate(
            layer="cuda_compat",
            version=release,
            row=Compat(release=release, package=name),
            label=name,
            needs=(need,),
            faults=tuple(_faults(problem, release, name)),
        )


def _faults(problem: Problem, release: str, name: str) -> Iterator[str]:
    if isinstance(problem.catalog.compat[release].over, Unknown):
        yield f"over which drivers {name} works is unknown"
    if release not in problem.offer.nvidia.toolkits:
        yield f"NVIDIA's repository for {problem.system} is not known to have {name}"


def no_data_centre(problem: Problem, candidate: Candidate, gpu: Gpu) -> str | None:
    """Return why cuda-compat has no effect on the card; None: it works."""
    del problem, candidate
    return (
        None if gpu.data_centre else f"cuda-compat is for data centre cards, not a {gpu.name}"
    )
