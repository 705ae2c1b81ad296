"""What is written about the fetched files."""

from __future__ import annotations

from dlbox.bundle.files import BundleFile
from dlbox.bundle.index import wheel_page


def test_the_page_of_wheels_links_each_by_its_digest() -> None:
    page = wheel_page([BundleFile("t", "wheels/t-1.0+cu126-py3.whl", 1, "ab")]).decode()
    assert '<a href="t-1.0%2Bcu126-py3.whl#sha256=ab">t-1.0+cu126-py3.whl</a>' in page
