"""A CUDA library from its wheel, where compilers, linkers and pkg-config look."""

from __future__ import annotations

from collections.abc import Iterable
from io import StringIO

from pyinfra.operations import files

from roles.box import links, wheels
from roles.box.loader import tell_loader
from roles.stack.parts import Library

PKG_CONFIG = "/usr/local/lib/pkgconfig"


def folder(name: str, row: Library) -> str:
    """Return where the library's include/ and lib/ lie."""
    return f"{wheels.TREES}/{name}/{row.package}"


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


def library(
    name: str, title: str, row: Library, headers: tuple[str, ...], libraries: tuple[str, ...]
) -> None:
    """Have the library installed and found; ``libraries``: the first is what people link."""
    wheels.tree(name=f"Install {title} {row.version}", tree=name, lock=row.lock)
    links.links(
        name=f"Link {title} {row.version}",
        wanted=library_links(name, row, headers, libraries),
    )
    files.directory(name="Have pkg-config's folder", path=PKG_CONFIG, mode="755")
    files.put(
        name=f"Tell pkg-config of {title}",
        src=StringIO(pkg_config(name, title, row, libraries)),
        dest=f"{PKG_CONFIG}/{name}.pc",
        mode="644",
    )
    tell_loader(
        title, f"dlbox-{name}", f"{folder(name, row)}/lib", f"{wheels.TREES}/{name}/.dlbox-lock"
    )
