"""NVIDIA's apt repository, for the stacks that need it."""

from __future__ import annotations

from collections.abc import Sequence

from dlbox.stack.candidate import Chosen
from dlbox.stack.components import Toolkit
from dlbox.stack.model import Repository
from dlbox.stack.problem import Problem


def repository(
    problem: Problem, chosen: Chosen, toolkits: Sequence[Toolkit]
) -> Repository | None:
    """Return NVIDIA's apt repository if any part of the stack comes from it."""
    driver = chosen["driver"].row
    origins = [getattr(driver, "source", ""), *(toolkit.source for toolkit in toolkits)]
    if "nvidia" not in origins and not chosen["cuda_compat"].there:
        return None
    source, tag = problem.catalog.sources["nvidia"], problem.offer.nvidia.tag
    name, key = next((name, key) for name, key in source.keys.items() if tag in key.tags)
    return Repository(
        url=source.url,
        tag=tag,
        label=source.label,
        key=name,
        fingerprint=key.fingerprint,
        shipped=key.shipped,
    )
