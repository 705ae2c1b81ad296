"""Find NVIDIA software on a box that neither a package nor dlbox has installed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pyinfra.api import FactBase
from typing_extensions import override

from dlbox.shell import LIBRARY, shell_text

FIND = LIBRARY + shell_text(__file__, "foreign.sh")
"""Shell that prints lines of ``foreign KIND WHAT``, for root and for other logins."""

KINDS = {
    "runfile": ("a driver of NVIDIA's .run file", "run nvidia-uninstall"),
    "cuda": ("a CUDA of NVIDIA's .run file", "move its folder and /usr/local/cuda away"),
    "held": ("a driver that somebody holds", "apt-mark unhold these packages"),
    "mixed": ("a driver of mixed versions", "purge all but one of them"),
    "search_path": (
        "a search path to another CUDA",
        "take its folder out of /etc/environment or /etc/ld.so.conf.d",
    ),
}
"""Kind -> its name in messages, and how a person removes it."""
PACKAGES = {"held", "mixed"}
OWN_HANDS = {"search_path"}
"""Kinds that only the people of the box can change, because they serve their other programs."""
SHOWN = 3


@dataclass(frozen=True)
class Foreign:
    """One foreign installation that is in the way."""

    kind: str
    what: str
    """A path, or a package and its version."""

    @classmethod
    def of(cls, said: str) -> Foreign:
        """Return the foreign installation of one ``KIND WHAT`` line. Raises ValueError."""
        kind, _, what = said.partition(" ")
        if kind not in KINDS or not what:
            msg = f"unknown kind of foreign installation {said!r}"
            raise ValueError(msg)
        return cls(kind, what)


def foreign_conflicts(found: Iterable[Foreign], *, adopt: bool, driver: bool) -> str | None:
    """Return in one line what keeps a box from its stack, and the remedy; None: nothing does.

    ``adopt``: dlbox will convert what can be converted. ``driver``: a driver is planned, so
    that packages matter.
    """
    whats: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for one in found:
        stays = one.kind in OWN_HANDS if adopt else True
        if stays and (driver or one.kind not in PACKAGES):
            whats[one.kind].append(one.what)
    stops = {kind: them for kind, them in whats.items() if them}
    if not stops:
        return None
    problems = "; ".join(f"{KINDS[kind][0]}: {_some(them)}" for kind, them in stops.items())
    by_hand = ", ".join(KINDS[kind][1] for kind in stops)
    hint = "nvidia_driver_adopt = True converts it, or by hand: "
    return f"{problems} | {'' if set(stops) <= OWN_HANDS else hint}{by_hand}"


def _some(whats: list[str]) -> str:
    more = f" and {len(whats) - SHOWN} more" if len(whats) > SHOWN else ""
    return ", ".join(whats[:SHOWN]) + more


class ForeignInstallations(FactBase[tuple[Foreign, ...]]):
    """NVIDIA software on the box that belongs neither to a package nor to dlbox."""

    @override
    def command(self, *args: Any, **kwargs: Any) -> str:
        return FIND

    @staticmethod
    @override
    def default() -> tuple[Foreign, ...]:
        return ()

    @override
    def process(self, output: Iterable[str]) -> tuple[Foreign, ...]:
        return tuple(Foreign.of(line.partition(" ")[2]) for line in output)
