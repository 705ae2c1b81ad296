"""Install a CUDA library from its wheel, where compilers, linkers and pkg-config find it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from dlbox.host import wheels
from dlbox.host.derived import refresh_derived
from dlbox.host.files import ensure_files
from dlbox.host.layout import LIBRARIES, lock_digest
from dlbox.host.store import WheelTree
from dlbox.stack.components import Library
from dlbox.state.manifest import FileContent, Manifest

PKG_CONFIG = "/usr/local/lib/pkgconfig"


def folder(name: str, row: Library) -> str:
    """Return the folder that holds the library's include/ and lib/."""
    return f"{LIBRARIES}/{name}/{row.package}"


def library_links(
    name: str, row: Library, headers: Iterable[str], libraries: Iterable[str]
) -> dict[str, str]:
    """Return link -> target, for headers that compilers find and libraries that linkers find."""
    root = folder(name, row)
    return {
        **{f"/usr/local/include/{h}": f"{root}/include/{h}" for h in headers},
        **{f"/usr/local/lib/lib{lib}.so": f"{root}/lib/lib{lib}.so" for lib in libraries},
    }


def pkg_config(name: str, title: str, row: Library, libraries: Iterable[str]) -> str:
    """Return the text of the library's .pc file, which links the first of ``libraries``."""
    root = folder(name, row)
    return (
        f"Name: {title}\nDescription: {title} for CUDA {row.cuda}\nVersion: {row.version}\n"
        f"Cflags: -I{root}/include\nLibs: -L{root}/lib -l{next(iter(libraries))}\n"
    )


def library_manifest(
    name: str, title: str, row: Library, headers: Iterable[str], libraries: tuple[str, ...]
) -> Manifest:
    """Return the manifest of a library.

    The first of ``libraries`` is the one that people link.
    """
    return Manifest(
        folders={PKG_CONFIG: "755"},
        files={
            f"{PKG_CONFIG}/{name}.pc": FileContent(pkg_config(name, title, row, libraries)),
            loader_conf(name): FileContent(f"{folder(name, row)}/lib\n"),
        },
        links=library_links(name, row, headers, libraries),
        trees={f"{LIBRARIES}/{name}": lock_digest(row.lock)},
    )


def loader_conf(name: str) -> str:
    """Return the path of the file that tells the loader about the library."""
    return f"/etc/ld.so.conf.d/dlbox-{name}.conf"


def install_library(title: str, row: Library, tree: WheelTree, mine: Manifest) -> None:
    """Install a library, and let compilers and the loader find it."""
    wheels.libraries(name=f"Install {title} {row.version}", tree=tree)
    ensure_files(name=f"Let compilers and loaders find {title} {row.version}", wanted=mine)
    conf = loader_conf(Path(tree.link).name)
    refresh_loader(title, conf, tree.link, f"{tree.link}/.dlbox-lock")


def refresh_loader(title: str, conf: str, *stamps: str) -> None:
    """Rebuild the loader's cache if its configuration or one of the stamps is newer."""
    refresh_derived(
        name=f"Refresh the loader's cache for {title}",
        product="/etc/ld.so.cache",
        inputs=[conf, *stamps],
        command="ldconfig",
    )
