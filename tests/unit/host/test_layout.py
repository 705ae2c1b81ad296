"""Where wheels lie, and their stamps."""

from __future__ import annotations

from dlbox.host.layout import lock_digest


def test_a_stamp_is_the_locks_own() -> None:
    assert len(lock_digest("nccl-cu12-2.27.7")) == 64
    assert lock_digest("nccl-cu12-2.27.7") != lock_digest("nccl-cu12-2.32.3")
