"""The page that lists the wheels."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from urllib.parse import quote

from deploys._bundle.wanted import Wanted


def wheel_page(wheels: Iterable[Wanted]) -> bytes:
    """Return the page that pip and uv look for links in: not every server lists a folder."""
    names = [(one.place.rpartition("/")[2], one.sha256) for one in wheels]
    links = [
        f'<a href="{quote(name)}#sha256={digest}">{escape(name)}</a><br>\n'
        for name, digest in names
    ]
    head = '<!DOCTYPE html>\n<html lang="en"><title>wheels</title>\n'
    return f"{head}{''.join(links)}</html>\n".encode()
