"""When NVIDIA's apt repository is added, and which key it is signed with."""

import pytest

from tests.support.stacks import A100, GTX_1080_TI, RTX_4090, RTX_5090, stack


@pytest.mark.parametrize(
    ("system", "cards", "constraints", "repository"),
    [
        ("debian-13", GTX_1080_TI, "", None),
        ("debian-13", RTX_5090, "", ("debian13", "8793F200")),
        ("debian-12", RTX_5090, "", ("debian12", "3bf863cc")),
        ("ubuntu-24.04", RTX_4090, "", None),
        ("ubuntu-24.04", RTX_4090, "cuda=12.8", ("ubuntu2404", "3bf863cc")),
        ("ubuntu-26.04", RTX_4090, "cuda=13.3", ("ubuntu2604", "60DF8A40")),
        ("debian-12", A100, "driver=535 cuda_compat=12.8", ("debian12", "3bf863cc")),
    ],
)
def test_nvidias_repository_is_added_where_something_comes_from_it(
    system: str, cards: str, constraints: str, repository: tuple[str, str] | None
) -> None:
    got = stack(system, cards, constraints).repository
    assert (got and (got.tag, got.key)) == repository
