"""Questions that several checks ask a box: versions of a CUDA library, a probe in Python."""

from __future__ import annotations

import re

from testinfra.host import Host

from dlbox.host.layout import lock_text
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


def run_python(box: Host, python: str, script: str, *args: str, user: str = "") -> str:
    """Return what a script prints.

    The script travels as standard input; it must not contain a secret.
    """
    prefix = f"runuser -u {user} -- " if user else ""
    # Run from /: a script's own folder comes first in sys.path, and a home may hold a numpy.py.
    words = " %s" * len(args)
    run = box.run(f"cd / && printf %%s %s | {prefix}{python} -{words}", script, *args)
    assert run.succeeded, run.stderr[-2000:]  # noqa: S101 - this is part of a check
    return str(run.stdout).strip()


def locked(lock: str) -> set[str]:
    """Return ``name==version`` of every wheel that a lock allows, for any Python."""
    return set(re.findall(r"^([a-z0-9][a-z0-9.-]*==[^\s;]+)", lock_text(lock), re.MULTILINE))
