"""A CUDA library from its wheel, where compilers, linkers and pkg-config look."""

from __future__ import annotations

from collections.abc import Iterable

from roles.box.layout import TREES, stamp
from roles.box.owned import Owned, Text
from roles.stack.parts import Library

PKG_CONFIG = "/usr/local/lib/pkgconfig"


def folder(name: str, row: Library) -> str:
    """Return where the library's include/ and lib/ lie."""
    return f"{TREES}/{name}/{row.package}"


def library_links(
    name: str, row: Library, headers: Iterable[str], libraries: Iterable[str]
) -> dict[str, str]:
    """Return the links by which a compiler finds headers and a linker finds libraries."""
    there = folder(name, row)
    return {
        **{f"/usr/local/include/{h}": f"{there}/include/{h}" for h in headers},
        **{f"/usr/local/lib/lib{lib}.so": f"{there}/lib/lib{lib}.so" for lib in libraries},
    }


def pkg_config(name: str, title: str, row: Library, libraries: Iterable[str]) -> str:
    """Return the text of the library's .pc file."""
    there = folder(name, row)
    return (
        f"Name: {title}\nDescription: {title} for CUDA {row.cuda}\nVersion: {row.version}\n"
        f"Cflags: -I{there}/include\nLibs: -L{there}/lib -l{next(iter(libraries))}\n"
    )


def owned_library(
    name: str, title: str, row: Library, headers: Iterable[str], libraries: tuple[str, ...]
) -> Owned:
    """Return what a library consists of; the first of ``libraries`` is what people link."""
    return Owned(
        folders={PKG_CONFIG: "755"},
        files={
            f"{PKG_CONFIG}/{name}.pc": Text(pkg_config(name, title, row, libraries)),
            loader_conf(name): Text(f"{folder(name, row)}/lib\n"),
        },
        links=library_links(name, row, headers, libraries),
        trees={f"{TREES}/{name}": stamp(row.lock)},
    )


def loader_conf(name: str) -> str:
    """Return the file that tells the loader of it."""
    return f"/etc/ld.so.conf.d/dlbox-{name}.conf"
