"""What must be true of a CUDA library that people compile against."""

from __future__ import annotations

from testinfra.host import Host

from roles.stack.offers import Library


def number(version: str) -> int:
    """Return a version as cuDNN 9 and NCCL 2 encode it: 9.10.2 is 91002."""
    major, minor, patch = (int(part) for part in version.split(".")[:3])
    return major * 10000 + minor * 100 + patch


def loaded_version(box: Host, expression: str) -> int:
    """Return what the library that the box's loader finds says of itself."""
    code = f"import ctypes; {expression}"
    return int(box.check_output("python3 -c %s", code))


def header_version(box: Host, header: str, prefix: str) -> str:
    """Return the version in the header that the box's compiler finds."""
    macros = " ".join(f"{prefix}_{part}" for part in ("MAJOR", "MINOR", "PATCHLEVEL", "PATCH"))
    source = f"#include <{header}>\nversion {macros}\n"
    said = box.check_output(
        "printf %%s %s | g++ -E -P -x c++ -I/usr/local/cuda/include - | grep ^version", source
    )
    return ".".join(word for word in said.split()[1:] if word.isdigit())


def installed_version(box: Host, name: str) -> str:
    """Return the version pkg-config knows."""
    return str(box.check_output("pkg-config --modversion %s", name))


def shortened(row: Library) -> str:
    """Return major.minor.patch."""
    return ".".join(row.version.split(".")[:3])
