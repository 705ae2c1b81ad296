"""Versions at which the loader, the compiler and pkg-config must find a CUDA library."""

from __future__ import annotations

from testinfra.host import Host

from dlbox.stack.components import Library


def encoded_version(version: str) -> int:
    """Return a version as cuDNN 9 and NCCL 2 encode it: 9.10.2 is 91002."""
    major, minor, patch = (int(part) for part in version.split(".")[:3])
    return major * 10000 + minor * 100 + patch


def expected_versions(row: Library) -> dict[str, str]:
    """Return what ``found_versions`` must return."""
    short = ".".join(row.version.split(".")[:3])
    return {
        "the loader": str(encoded_version(row.version)),
        "the compiler": short,
        "pkg-config": row.version,
    }


def found_versions(
    box: Host, name: str, loads: str, header: str, prefix: str
) -> dict[str, str]:
    """Return the version that the loader, the compiler and pkg-config each find.

    ``loads``: Python that prints what the loaded library says about itself. ``header``: the
    file that defines PREFIX_MAJOR and the like.
    """
    macros = " ".join(f"{prefix}_{part}" for part in ("MAJOR", "MINOR", "PATCHLEVEL", "PATCH"))
    source = f"#include <{header}>\nversion {macros}\n"
    preprocess = "g++ -E -P -x c++ -I/usr/local/cuda/include -"
    output = box.check_output(f"printf %%s %s | {preprocess} | grep ^version", source)
    return {
        "the loader": box.check_output("python3 -c %s", f"import ctypes; {loads}"),
        "the compiler": ".".join(word for word in output.split() if word.isdigit()),
        "pkg-config": box.check_output("pkg-config --modversion %s", name),
    }
