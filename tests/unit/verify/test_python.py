"""What a lock of wheels allows."""

from __future__ import annotations

from dlbox.verify.probes import locked


def test_what_a_lock_allows() -> None:
    assert locked("nccl-cu12-2.27.7") == {"nvidia-nccl-cu12==2.27.7"}
    assert {pin for pin in locked("jax-0.10.2-cuda12") if pin.startswith("jax==")} == {
        "jax==0.10.2"
    }
