"""What a boot changes on a box by itself."""

from __future__ import annotations

import pytest

from dlbox.state.record import ExpectedAfterBoot


@pytest.mark.parametrize(
    ("kind", "name", "was", "now", "expected"),
    [
        ("unit", "a", "enabled active", "enabled failed", False),
        ("unit", "a", "enabled active", "enabled inactive", False),
        ("unit", "a", "enabled inactive", "enabled active", True),
        ("unit", "a", "enabled failed", "enabled inactive", True),
        ("unit", "a", "enabled inactive", "masked inactive", False),
        ("unit", "a", "enabled -", "enabled active", True),
        ("kernel", "running", "6.12.94-amd64", "6.12.90-amd64", True),
        ("kernel", "running", "6.12.94-amd64", "6.12.99-amd64", False),
        ("kernel", "module-loaded", "none", "550.163.01", True),
        ("kernel", "module-loaded", "550.163.01", "none", True),
        ("kernel", "module-loaded", "535.1", "550.163.01", True),
        ("kernel", "module-loaded", "550.163.01", "535.1", False),
        ("kernel", "modules", "6.12.94-amd64 550.163.01", "6.12.94-amd64 none", False),
        ("file", "/etc/a", "644 0 0 a", "644 0 0 b", False),
        ("file", "/etc/a", "644 0 0 a", "644 0 0 a", True),
    ],
)
def test_a_boot_changes_some_things_by_itself(
    kind: str, name: str, was: str, now: str, *, expected: bool
) -> None:
    boot = ExpectedAfterBoot("6.12.90-amd64 550.163.01,6.12.94-amd64 550.163.01", waiting=True)
    assert boot.expects((kind, name), was, now) is expected


def test_another_kernel_is_somebodys_choice_where_no_boot_was_due() -> None:
    boot = ExpectedAfterBoot("6.12.90-amd64 550.163.01,6.12.94-amd64 550.163.01", waiting=False)
    assert not boot.expects(("kernel", "running"), "6.12.94-amd64", "6.12.90-amd64")
