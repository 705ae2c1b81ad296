"""The mirror of NVIDIA's repository."""

from __future__ import annotations

import pytest

from roles import ROLES
from roles.nvidia_archive.settings import NvidiaArchive


@pytest.mark.parametrize("url", ["https://m/cuda", "http://m:8080/cuda", "file:/srv/cuda"])
def test_a_mirror_is_an_address_without_its_last_slash(url: str) -> None:
    data = {"nvidia_archive_url": f"{url}/"}
    assert ROLES.schema.faults(data) == {}
    assert NvidiaArchive.of(data).url == url
