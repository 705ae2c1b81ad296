"""A folder of libraries that the loader finds by itself."""

from __future__ import annotations

from io import StringIO

from pyinfra.operations import files

from roles.box.refresh import refresh


def tell_loader(title: str, conf: str, folder: str, *stamps: str) -> None:
    """Have the folder in the loader's cache, which is made anew when one of the stamps is."""
    path = f"/etc/ld.so.conf.d/{conf}.conf"
    files.put(
        name=f"Tell the loader of {title}",
        src=StringIO(f"{folder}\n"),
        dest=path,
        mode="644",
    )
    refresh(
        name=f"Refresh the loader's cache for {title}",
        product="/etc/ld.so.cache",
        inputs=[path, *stamps],
        command="ldconfig",
    )
