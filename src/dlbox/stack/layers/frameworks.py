"""PyTorch, TensorFlow and JAX: a release in a wheel variant, with the CUDA libraries that it brings."""

from __future__ import annotations

from collections.abc import Iterator

from dlbox.stack.candidate import Candidate, Chosen, Need, field_of, version_key
from dlbox.stack.catalog_schema import FrameworkName, FrameworkRow, Unknown
from dlbox.stack.components import Framework, Python
from dlbox.stack.constraint import VERSION
from dlbox.stack.gpus import Gpu, only_ptx, runs_on
from dlbox.stack.layers.cuda import runs
from dlbox.stack.layers.cudnn_nccl import too_new
from dlbox.stack.problem import Problem

TITLES = {"pytorch": "PyTorch", "tensorflow": "TensorFlow", "jax": "JAX"}
VENVS = Need(("python",), lambda chosen: chosen["python"].there, "its venv needs the python3")
UNLOCKED = "its wheels are not locked by hash here"


def pythons(problem: Problem) -> Iterator[Candidate]:
    """Yield the system's own python3, with which every venv is made."""
    version = problem.offer.python
    yield Candidate("python", version, Python(version=version), f"Python {version}")


def candidates(problem: Problem, name: FrameworkName) -> Iterator[Candidate]:
    """Yield every release of a framework in every variant."""
    for row in problem.catalog.frameworks[name]:
        min_driver = problem.catalog.cuda.majors[version_key(row.cuda)[0]].min_driver
        framework = Framework(
            version=row.version,
            variant=row.variant,
            lock=f"{name}-{row.version}-{row.variant}",
            locked=row.locked,
            index=row.index,
            cuda=row.cuda,
            cudnn=row.cudnn,
            nccl=row.nccl,
            archs=() if isinstance(row.archs, Unknown) else row.archs,
            min_driver=min_driver,
            disk_gb=row.disk_gb,
        )
        yield Candidate(
            layer=name,
            version=row.version,
            row=framework,
            label=f"{TITLES[name]} {row.version} ({row.variant})",
            words={f"{name}_variant": row.variant},
            needs=(runs(row.cuda, min_driver), *_ptx(problem, row), VENVS),
            faults=tuple(_faults(problem, name, row)),
        )


def _ptx(problem: Problem, row: FrameworkRow) -> Iterator[Need]:
    """Yield the need for a driver that compiles the row's PTX, if a card has nothing but PTX."""
    archs = () if isinstance(row.archs, Unknown) else row.archs
    made_with = row.ptx_cuda or row.cuda

    def met(chosen: Chosen) -> bool:
        driver, compat = chosen["driver"], chosen["cuda_compat"]
        known = compat.version or (field_of(driver, "cuda") if driver.there else made_with)
        return version_key(known) >= version_key(made_with)

    for gpu in problem.gpus:
        if runs_on(gpu.capability, archs) and only_ptx(gpu.capability, archs):
            why = f"it has only PTX for a {gpu.name} ({gpu.sm}), made with CUDA {made_with}"
            yield Need(
                ("driver", "cuda_compat"), met, f"{why}, which an older driver does not know"
            )
            return


def _faults(problem: Problem, name: FrameworkName, row: FrameworkRow) -> Iterator[str]:
    # Without a constraint dlbox takes only what `up` can install; a constraint can plan more.
    if not row.locked and not problem.of(name):
        yield UNLOCKED
    first, last = map(version_key, row.python)
    if not first <= version_key(problem.offer.python) <= last:
        spans = f"it has wheels for Python {row.python[0]} to {row.python[1]}"
        yield f"{TITLES[name]} {row.version} has no wheel for Python {problem.offer.python}; {spans}"


def objection(problem: Problem, candidate: Candidate, gpu: Gpu) -> str | None:
    """Return why this framework does not work on the card; None: it works."""
    archs = field_of(candidate, "archs")
    if not archs:
        return f"what machine code {candidate.label} holds is unknown"
    if not runs_on(gpu.capability, archs):
        return f"{candidate.label} has no code for a {gpu.name} ({gpu.sm})"
    cudnn = field_of(candidate, "cudnn")
    # A range leaves room: the person who locks it pins cuDNN to a version that suits the card.
    return too_new(problem, cudnn, gpu) if VERSION.fullmatch(cudnn) else None


def rank(problem: Problem, candidate: Candidate, chosen: Chosen) -> tuple[object, ...]:
    """Return the sort key: what dlbox can install, the newest release, the newest CUDA."""
    del problem, chosen
    return (
        not field_of(candidate, "locked"),
        tuple(-part for part in version_key(str(candidate.version))),
        tuple(-part for part in version_key(field_of(candidate, "cuda"))),
    )
