"""What a stack says of itself."""

import pytest

from tests.support.stacks import GTX_1080_TI, stack


def test_disk_is_the_sum_of_the_layers() -> None:
    everything = stack("debian-13", f"{GTX_1080_TI} {GTX_1080_TI}")
    assert everything.disk_gb == pytest.approx(1.5 + 1.0 + 3.0 + 1.1 + 0.4 + 5.5 + 6.5)
    assert stack("debian-13", "", "pytorch=none tensorflow=none").disk_gb == pytest.approx(1.5)
