"""The disk that a lock takes on a box."""

from __future__ import annotations

import pytest

from dlbox.host.apt_facts import Package
from dlbox.lockfile.disk_need import missing_packages, need_gb
from tests.support.locks import a_lock, a_package, a_stack


def test_a_package_of_another_architecture_is_another_package() -> None:
    said = a_lock(packages=(a_package("a", "1"), a_package("a", "2", architecture="i386")))
    assert said.versions == {"a": "1", "a:i386": "2"}
    found = {"a": Package("1", "a", held=False)}
    assert [one.apt_name for one in missing_packages(said, found)] == ["a:i386"]
    found["a:i386"] = Package("2", "a", held=False)
    assert missing_packages(said, found) == []


def test_the_disk_that_a_lock_still_takes() -> None:
    there, other, new = (
        a_package("a", "1"),
        a_package("b", "2"),
        a_package("c", "3", installed_kb=10**6),
    )
    said = a_lock(packages=(there, other, new))
    found = {"a": Package("1", "a", held=False), "b": Package("1", "b", held=False)}
    packages = (1000 + 1000 + 1_024_000_000) / 1e9
    assert need_gb(said, a_stack(), found, fresh=False) == pytest.approx(packages)
    # cuDNN 1.1, PyTorch 5.5, TensorFlow 6.5; CUDA 12.4 comes from packages.
    assert need_gb(said, a_stack(), found, fresh=True) == pytest.approx(packages + 13.1)
