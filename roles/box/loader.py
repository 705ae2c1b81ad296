"""A folder of libraries that the loader finds by itself."""

from __future__ import annotations

from roles.box.refresh import refresh


def refreshed(title: str, conf: str, *stamps: str) -> None:
    """Have the loader's cache made anew when its configuration, or one of the stamps, is."""
    refresh(
        name=f"Refresh the loader's cache for {title}",
        product="/etc/ld.so.cache",
        inputs=[conf, *stamps],
        command="ldconfig",
    )
