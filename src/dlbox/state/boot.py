"""What a boot changes on a box by itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ExpectedAfterBoot:
    """What may have become of a box at its next boot after the record."""

    modules: str
    """KERNEL VERSION of every kernel and its module at the record, with commas."""
    waiting: bool
    """Something was left to do, for which a boot may have been due."""

    def expects(self, item: tuple[str, str], was: str, now: str) -> bool:
        """Whether a thing may stand so, where nobody has changed anything."""
        if was == now:
            return True
        if item[0] == "unit":
            # What did not run may run since: at boot, by its timer, or now that it can.
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
