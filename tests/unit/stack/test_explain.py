"""Until when a layer is what it is, and why another is left out."""

from datetime import date

import pytest

from tests.support.stacks import GTX_1080_TI, H100, RTX_4090, RTX_5090, stack


@pytest.mark.parametrize(
    ("system", "card", "until", "why"),
    [
        ("debian-13", RTX_5090, date(2027, 3, 31), "NVIDIA's production branch 595 ends"),
        ("debian-12", RTX_5090, date(2028, 6, 30), "NVIDIA's long-term branch 580 ends"),
        ("ubuntu-24.04", RTX_4090, date(2028, 6, 30), "NVIDIA's long-term branch 580 ends"),
        ("debian-13", RTX_4090, date(2028, 8, 9), "Debian 13's security support ends; NVIDIA's own support of branch 550 has ended"),
    ],
)  # fmt: skip
def test_a_driver_says_until_when_it_is_supported(
    system: str, card: str, until: date, why: str
) -> None:
    choice = stack(system, card).choices["driver"]
    assert (choice.until, choice.until_reason) == (until, why)


@pytest.mark.parametrize(
    ("system", "cards", "layer", "words"),
    [
        ("debian-13", RTX_4090, "fabricmanager", "no NVSwitch"),
        ("debian-13", RTX_4090, "nccl", "one GPU"),
        ("debian-13", "", "driver", "no GPU"),
        ("debian-13", "", "cudnn", "no CUDA toolkit"),
        ("debian-13", RTX_4090, "jax", "not requested"),
        ("ubuntu-24.04", RTX_5090, "tensorflow", "RTX 5090"),
        ("ubuntu-26.04", RTX_4090, "tensorflow", "Python 3.14"),
        # What would serve the card is a build that is not locked yet; a newer one without its code is beside the point.
        ("ubuntu-26.04", GTX_1080_TI, "pytorch", "2.14.0 (cu126)"),
        ("debian-12", f"{H100} {H100}", "nccl", "H100"),
    ],
)  # fmt: skip
def test_a_layer_that_is_left_out_says_why(
    system: str, cards: str, layer: str, words: str
) -> None:
    assert words in stack(system, cards).skipped[layer]
