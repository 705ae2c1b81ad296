"""The headers and libraries of cuDNN."""

from __future__ import annotations

from dlbox.stack.candidate import version_key

PARTS = ("", "_adv", "_backend", "_cnn", "_graph", "_ops", "_version")
LIBRARIES = (
    "cudnn",
    "cudnn_adv",
    "cudnn_cnn",
    "cudnn_engines_precompiled",
    "cudnn_engines_runtime_compiled",
    "cudnn_graph",
    "cudnn_heuristic",
    "cudnn_ops",
)
LAST_SMALL = "9.10.2.21"
"""The wheels up to this version have the parts above; the next in the catalogue, 9.28, has more
(2026-11-24)."""


def headers(version: str) -> tuple[str, ...]:
    """Return the headers that cudnn.h includes, and cudnn.h itself."""
    more = ("_gnn_ops", "_subquadratic_ops") if _has_more(version) else ()
    return tuple(f"cudnn{part}.h" for part in (*PARTS, *more))


def libraries(version: str) -> tuple[str, ...]:
    """Return the libraries, first the one that people link."""
    more = ("cudnn_engines_tensor_ir", "cudnn_ext") if _has_more(version) else ()
    return (*LIBRARIES, *more)


def _has_more(version: str) -> bool:
    return version_key(version) > version_key(LAST_SMALL)
