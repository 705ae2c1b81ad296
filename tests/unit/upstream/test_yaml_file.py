"""Tables of the catalogue are written as they were read."""

import pytest

from dlbox.upstream.yaml_file import dumped, loaded, pair, quoted, table, unknown


@pytest.mark.parametrize("name", ["frameworks", "libraries"])
def test_a_table_is_written_as_it_was_read(name: str) -> None:
    text = table(name).read_text(encoding="utf-8")
    assert dumped(loaded(text)) == text


def test_values_are_written_on_one_line() -> None:
    data = {"python": pair("3.9", "3.10"), "cuda": quoted("13.0"), "archs": unknown("a: b")}
    assert dumped(data) == 'python: ["3.9", "3.10"]\ncuda: "13.0"\narchs: {unknown: "a: b"}\n'
