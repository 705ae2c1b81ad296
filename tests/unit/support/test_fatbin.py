"""Machine code in libraries, and the flags they were compiled with."""

from struct import pack

import pytest

from tests.support import machine_code


def entry(kind: int, arch: int, code: bytes) -> bytes:
    return pack("<HHIQ12xI32x", kind, 0x101, 64, len(code), arch) + code


def fat(*entries: bytes) -> bytes:
    body = b"".join(entries)
    return pack("<4sHHQ", b"\x50\xed\x55\xba", 1, 16, len(body)) + body


def test_machine_code_is_read_from_every_fat_binary() -> None:
    library = b"\x7fELF" + fat(entry(2, 61, b"a" * 7), entry(1, 90, b"ptx")) + b"\0" * 5
    library += fat(entry(2, 120, b""))
    assert machine_code.archs(library) == {"sm_61", "compute_90", "sm_120"}


MAGIC = b"\x50\xed\x55\xba"


@pytest.mark.parametrize("cut", [MAGIC, MAGIC + b"\2\0\x10\0" + b"\0" * 8])
def test_what_only_begins_like_a_fat_binary_is_none(cut: bytes) -> None:
    assert machine_code.archs(cut) == set()
    assert machine_code.archs(cut + fat(entry(2, 75, b""))) == {"sm_75"}


def test_a_fat_binary_cut_short_is_none() -> None:
    assert machine_code.archs(fat(entry(2, 61, b"abc"))[:-1]) == set()


def test_arch_flags_are_three_or_more_in_a_row() -> None:
    library = b"\0sm_90\0 sm_75 sm_80 sm_90a compute_90\0sm_35 sm_37\0"
    assert machine_code.flags(library) == ["sm_75 sm_80 sm_90a compute_90"]
    assert machine_code.ordered({"compute_90", "sm_120", "sm_61"}) == "sm_61 sm_120 compute_90"
