"""What the cudnn role owns: its tree, headers and libraries."""

from __future__ import annotations

from dlbox.host.cuda_library import library_manifest
from dlbox.settings.schema import Settings
from dlbox.stack.candidate import version_key
from dlbox.stack.model import Stack
from dlbox.state.manifest import Manifest

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


def manifest(settings: Settings, stack: Stack) -> Manifest:
    """Return the manifest; empty if no cuDNN is planned."""
    del settings
    row = stack.cudnn
    if row is None:
        return Manifest()
    return library_manifest("cudnn", "cuDNN", row, headers(row.version), libraries(row.version))


def wheel_locks(settings: Settings, stack: Stack) -> dict[str, str | None]:
    """Return the locks of the wheels that the role installs."""
    del settings
    return {stack.cudnn.lock: None} if stack.cudnn else {}
