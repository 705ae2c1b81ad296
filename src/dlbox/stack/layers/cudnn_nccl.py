"""cuDNN and NCCL for people who compile: one wheel each, for the CUDA major of the first toolkit."""

from __future__ import annotations

from collections.abc import Iterator

from dlbox.stack.candidate import Candidate, Chosen, Need, field_of, version_key
from dlbox.stack.catalog_schema import LibraryRow, Unknown
from dlbox.stack.components import Library
from dlbox.stack.gpus import Gpu, runs_on
from dlbox.stack.problem import Problem

TITLES = {"cudnn": "cuDNN", "nccl": "NCCL"}


def cudnns(problem: Problem) -> Iterator[Candidate]:
    """Yield a candidate for every cuDNN."""
    yield from _candidates(problem, "cudnn")


def nccls(problem: Problem) -> Iterator[Candidate]:
    """Yield a candidate for every NCCL."""
    yield from _candidates(problem, "nccl")


def _candidates(problem: Problem, name: str) -> Iterator[Candidate]:
    for row in problem.catalog.libraries[name]:
        label = f"{TITLES[name]} {row.version} for CUDA {row.cuda}"
        need = Need(("cuda",), _of_major(row.cuda), f"{label} needs a CUDA {row.cuda} toolkit")
        library = Library(
            cuda=row.cuda,
            version=row.version,
            lock=f"{name}-cu{row.cuda}-{row.version}",
            package=f"nvidia/{name}",
            disk_gb=row.disk_gb,
        )
        yield Candidate(name, row.version, library, label, needs=(need,))


def _of_major(major: int):  # type: ignore[no-untyped-def]  # noqa: ANN202 - Need spells the type
    return lambda chosen: (
        chosen["cuda"].there and version_key(chosen["cuda"].version)[0] == major
    )


def _row(problem: Problem, candidate: Candidate) -> LibraryRow:
    cuda = field_of(candidate, "cuda")
    rows = problem.catalog.libraries[candidate.layer]
    return next(row for row in rows if (row.cuda, row.version) == (cuda, candidate.version))


def no_code(problem: Problem, candidate: Candidate, gpu: Gpu) -> str | None:
    """Return why this library does not work on the card; None: it has code for it."""
    archs = _row(problem, candidate).archs
    if isinstance(archs, Unknown):
        return f"what machine code {candidate.label} holds is unknown"
    has = runs_on(gpu.capability, archs)
    return None if has else f"{candidate.label} has no code for a {gpu.name} ({gpu.sm})"


def no_cudnn(problem: Problem, candidate: Candidate, gpu: Gpu) -> str | None:
    """Return why this cuDNN fails on the card; None: it works."""
    return too_new(problem, str(candidate.version), gpu) or no_code(problem, candidate, gpu)


def too_new(problem: Problem, cudnn: str, gpu: Gpu) -> str | None:
    """Return why a cuDNN, alone or in a framework's wheels, fails on the card; None: it works."""
    name, row = problem.architecture(gpu)
    if isinstance(row.last_cudnn, Unknown):
        return f"which cuDNN is the last with code for a {gpu.name} ({name}) is unknown"
    if row.last_cudnn and version_key(cudnn)[:3] > version_key(row.last_cudnn):
        return (
            f"cuDNN {cudnn} has no code for a {gpu.name} ({name}); its last is {row.last_cudnn}"
        )
    return None


def rank(problem: Problem, candidate: Candidate, chosen: Chosen) -> tuple[object, ...]:
    """Return the sort key: the newest first."""
    del problem, chosen
    return (tuple(-part for part in version_key(str(candidate.version))),)
