"""What a role brings to the library: its settings, its manifest and its hooks.

``roles/__init__.py`` is the registry, with one line per role. It is passed down to whatever
needs it, so that no module of the library names a role.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dlbox.host.identity import Identity
from dlbox.settings.model import RoleSettings
from dlbox.settings.schema import Conflicts, Schema, Settings
from dlbox.stack.model import Stack
from dlbox.state.manifest import Manifest, merge


@dataclass(frozen=True)
class Preflight:
    """What a role may examine before anything is changed."""

    box: Identity
    stack: Stack
    settings: Settings
    now: float
    """Seconds since 1970 by the controller's clock."""
    need_gb: float
    """Disk (GB) that the run still needs."""


@dataclass(frozen=True)
class SummaryRows:
    """Rows that a role adds to the summary of a run."""

    installed: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    """Warnings, which are also printed before the change."""
    next: tuple[str, ...] = ()
    """Next steps for a person."""


def _own_nothing(settings: Settings, stack: Stack) -> Manifest:
    del settings, stack
    return Manifest()


def _nothing(settings: Settings, stack: Stack) -> Mapping[str, str | None]:
    del settings, stack
    return {}


def _accept(settings: Settings, stack: Stack) -> None:
    del settings, stack


def _pass(preflight: Preflight) -> None:
    del preflight


def _no_rows(settings: Settings, stack: Stack, box: Identity, host: str) -> SummaryRows:
    del settings, stack, box, host
    return SummaryRows()


def _no_conflicts(settings: Settings) -> Mapping[str, str]:
    del settings
    return {}


@dataclass(frozen=True)
class Role:
    """One role, as the registry lists it."""

    name: str
    settings: type[RoleSettings]
    manifest: Callable[[Settings, Stack], Manifest] = _own_nothing
    """What the role will own on a box with this stack and these settings."""
    conflicts: Conflicts = _no_conflicts
    """Settings that are each valid, and contradict each other: name -> why."""
    accept: Callable[[Settings, Stack], None] = _accept
    """Raises Refused for a stack that the role cannot install."""
    preflight: Callable[[Preflight], None] = _pass
    """Raises Refused for anything that would stop a run halfway."""
    wheel_locks: Callable[[Settings, Stack], Mapping[str, str | None]] = _nothing
    """Lock of wheels that the role installs -> an index that has what the usual index lacks."""
    summary: Callable[[Settings, Stack, Identity, str], SummaryRows] = _no_rows
    """Rows about a box; the last argument is its name."""
    revision: int = 1
    """Raise it when ``deploy.py`` does something else to a box that no manifest shows."""


@dataclass(frozen=True)
class Registry:
    """All roles, in the order in which ``deploys/dlbox.py`` calls them."""

    roles: tuple[Role, ...]

    @property
    def schema(self) -> Schema:
        """Return the settings of the box itself and of every role."""
        return Schema(
            tuple(role.settings for role in self.roles),
            tuple(role.conflicts for role in self.roles),
        )

    @property
    def revisions(self) -> dict[str, int]:
        """Return name of a role -> its revision."""
        return {role.name: role.revision for role in self.roles}

    def manifest(self, settings: Settings, stack: Stack) -> Manifest:
        """Return everything that dlbox owns on a box, whichever role brings it."""
        return merge(role.manifest(settings, stack) for role in self.roles)

    def accept(self, settings: Settings, stack: Stack) -> None:
        """Ask every role whether it can install the stack. Raises Refused."""
        for role in self.roles:
            role.accept(settings, stack)

    def preflight(self, preflight: Preflight) -> None:
        """Run the preflight of every role. Raises Refused."""
        for role in self.roles:
            role.preflight(preflight)

    def wheel_locks(self, settings: Settings, stack: Stack) -> dict[str, str | None]:
        """Return lock of wheels -> an index that has what the usual index lacks."""
        return {
            name: index
            for role in self.roles
            for name, index in role.wheel_locks(settings, stack).items()
        }
