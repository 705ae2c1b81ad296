"""Differences that a boot makes by itself, and that are not drift."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ExpectedAfterBoot:
    """Changes that the first boot after the record may have made to a box."""

    modules: str
    """KERNEL VERSION of every kernel and its module at the time of the record, separated by
    commas."""
    waiting: bool
    """Whether the record has something pending, for which a boot may have been due."""

    def expects(self, item: tuple[str, str], was: str, now: str) -> bool:
        """Return whether a thing can have gone from ``was`` to ``now`` without a person's change.

        ``item``: kind and name of the thing.
        """
        if was == now:
            return True
        if item[0] == "unit":
            # A unit that did not run may run now: a boot or its timer started it, or it has
            # become able to run.
            enabled, _, activity = was.partition(" ")
            return enabled == now.partition(" ")[0] and activity != "active"
        if item == ("kernel", "running"):
            return self.waiting and now in self._kernels()
        if item == ("kernel", "module-loaded"):
            return "none" in (was, now) or now in self._kernels().values()
        return False

    def _kernels(self) -> dict[str, str]:
        rows = [row.partition(" ") for row in self.modules.split(",")]
        return {kernel: version for kernel, _, version in rows}
