"""A lock may come from anywhere: what it says cannot write, read or print what it should not."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from dlbox.lockfile.file import dump_lock, load_plain, parse_lock, seal_lock
from dlbox.lockfile.model import Lock, LockedPackage, LockedWheel
from dlbox.stack.model import Refused
from tests.support.locks import a_lock, a_package, a_wheel

OUT = ("../x", "a/../../x", "/etc/x", "..", "x\n", "x y", "x\x1b[2J", "", "-x", "x\x00")


@pytest.mark.parametrize("name", OUT)
@pytest.mark.parametrize("field", ["name", "version", "architecture"])
def test_a_package_cannot_name_a_path(field: str, name: str) -> None:
    with pytest.raises(ValueError, match=field):
        LockedPackage.model_validate({**a_package("tree", "2.1"), field: name})


@pytest.mark.parametrize("name", OUT)
@pytest.mark.parametrize("field", ["name", "version", "file"])
def test_a_wheel_cannot_name_a_path(field: str, name: str) -> None:
    with pytest.raises(ValueError, match=field):
        LockedWheel.model_validate({**a_wheel("torch", "2.7.1"), field: name})


@pytest.mark.parametrize("field", ["sha256", "uri"])
def test_a_package_cannot_add_lines_to_an_index(field: str) -> None:
    with pytest.raises(ValueError, match="control character"):
        LockedPackage.model_validate({**a_package("tree", "2.1"), field: "x\nFilename: /etc"})


@pytest.mark.parametrize("field", ["sha256", "uri"])
def test_a_package_cannot_add_words_to_a_row_of_the_box(field: str) -> None:
    row = {**a_package("tree", "2.1"), field: f"{'0' * 64} 1 ../../../etc/cron.d/x"}
    with pytest.raises(ValueError, match=field):
        LockedPackage.model_validate(row)


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x]\nb: *a",
        "[" * 100_000,
        "a: !!python/object/apply:os.system [id]",
        "\x00",
        "a: 2026-99-99",
        "a: " + "9" * 5000,
        "- [unclosed",
    ],
)
def test_a_text_that_is_no_lock_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(Refused) as error:
        parse_lock(text, "x.yaml")
    assert "\n" not in str(error.value)
    assert str(error.value).startswith("x.yaml is no lock of dlbox (")


def test_an_alias_cannot_ask_for_all_memory() -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    with pytest.raises(yaml.YAMLError, match="alias"):
        load_plain(bomb)


@given(
    st.one_of(
        st.text(max_size=300),
        st.binary(max_size=300).map(lambda data: data.decode("utf-8", "replace")),
        st.recursive(
            st.one_of(st.none(), st.integers(), st.text(max_size=9)),
            lambda inner: st.dictionaries(st.sampled_from([*Lock.model_fields]), inner),
            max_leaves=20,
        ).map(yaml.safe_dump),
    )
)
def test_no_text_is_anything_but_a_lock_or_refused(text: str) -> None:
    with pytest.raises(Refused) as error:
        parse_lock(text, "x.yaml")
    assert str(error.value).splitlines() == [str(error.value)]


def test_what_dlbox_writes_is_read() -> None:
    lock = seal_lock(
        {
            **a_lock().model_dump(exclude={"format", "digest"}),
            "packages": [a_package("libc++1", "1:2.0~rc1+dfsg-1"), a_package("g++", "4:14")],
            "wheels": [a_wheel("torch", "2.7.1+cu126")],
        }
    )
    assert parse_lock(dump_lock(lock), "x") == lock
