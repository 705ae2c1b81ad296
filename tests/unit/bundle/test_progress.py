"""How far downloads are, told on a terminal and without one."""

from __future__ import annotations

import io

from typing_extensions import override

from dlbox.bundle.progress import Progress


class Terminal(io.StringIO):
    """Somebody looks."""

    @override
    def isatty(self) -> bool:
        return True


def test_without_a_terminal_there_is_a_line_every_ten_seconds() -> None:
    now, said = [0.0], io.StringIO()
    progress = Progress(2_000_000_000, 3, said, existing=500_000_000, clock=lambda: now[0])
    for second in range(26):
        now[0] = float(second)
        if second:
            progress.add(20_000_000)
        progress.show()
    progress.finished()
    assert said.getvalue().splitlines() == [
        "   35 %  700.0 MB of 2.00 GB  20.0 MB/s  0 of 3 files  1:05 left",
        "   45 %  900.0 MB of 2.00 GB  20.0 MB/s  0 of 3 files  0:55 left",
    ]
    assert progress.fetched == 500_000_000


def test_on_a_terminal_one_line_changes() -> None:
    said = Terminal()
    progress = Progress(1000, 1, said, clock=lambda: 1.0)
    progress.show()
    progress.add(1000)
    progress.finished()
    progress.close()
    assert said.getvalue().count("\r") == 2
    assert said.getvalue().count("\n") == 1
    assert "100 %" in said.getvalue()
    assert "1 of 1 files" in said.getvalue()
