"""Tables of the catalogue are written as they were read."""

import pytest

from dlbox.upstream.yaml_file import (
    double_quoted,
    format_table,
    pair,
    parse_table,
    table,
    unknown,
)


@pytest.mark.parametrize("name", ["frameworks", "libraries"])
def test_a_table_is_written_as_it_was_read(name: str) -> None:
    text = table(name).read_text(encoding="utf-8")
    assert format_table(parse_table(text)) == text


def test_values_are_written_on_one_line() -> None:
    data = {
        "python": pair("3.9", "3.10"),
        "cuda": double_quoted("13.0"),
        "archs": unknown("a: b"),
    }
    assert (
        format_table(data)
        == 'python: ["3.9", "3.10"]\ncuda: "13.0"\narchs: {unknown: "a: b"}\n'
    )
