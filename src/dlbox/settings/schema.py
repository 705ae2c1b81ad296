"""All settings, with those of the box itself: what host data may say, what is wrong with it, the frozen result."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import reduce
from operator import or_
from typing import Annotated, Any, ClassVar, Literal, TypeVar

from pydantic import Field, field_validator

from dlbox.settings.model import OF_ONE_RUN, RoleSettings, Scope
from dlbox.settings.pyinfra_data import PYINFRA_DATA
from dlbox.stack.catalog_loader import catalog
from dlbox.stack.constraint import COMPILERS, Requirements
from dlbox.stack.gpus import GPU_ID, gpu_table

Model = TypeVar("Model", bound=RoleSettings)


@dataclass(frozen=True)
class Settings:
    """Validated settings of one host, with one model per role."""

    models: Mapping[type[RoleSettings], RoleSettings]
    changed: Mapping[str, Any]
    """Name -> value of the settings that differ from their default, in a fixed order."""

    def __getitem__(self, kind: type[Model]) -> Model:
        """Return the settings of one role."""
        model = self.models[kind]
        if not isinstance(model, kind):
            raise TypeError(kind)
        return model

    @property
    def host(self) -> HostSettings:
        """Return the settings of the box itself."""
        return self[HostSettings]

    def persistent(self) -> dict[str, Any]:
        """Return the non-default settings that outlast one run, as plain JSON values."""
        scopes = {
            name: model.scope(field)
            for model in self.models
            for name, field in model.field_names().items()
        }
        lasting = {n: value for n, value in self.changed.items() if scopes[n] not in OF_ONE_RUN}
        plain: dict[str, Any] = json.loads(json.dumps(lasting, sort_keys=True))
        return plain

    def locked(self) -> dict[str, Any]:
        """Return what a lock holds of these settings; a lock names the cards itself."""
        hardware = {
            name
            for model in self.models
            for name, field in model.field_names().items()
            if model.scope(field) is Scope.HARDWARE
        }
        return {
            name: value for name, value in self.persistent().items() if name not in hardware
        }

    def requirements(self) -> Requirements:
        """Return the requirements that all roles give the solver."""
        total = reduce(
            or_, (model.requirements() for model in self.models.values()), Requirements()
        )
        if self.host.profile == "framework_only":
            total |= Requirements(dict.fromkeys(COMPILERS, "none"))
        return total


Conflicts = Callable[[Settings], Mapping[str, str]]
"""Function that returns name of a setting -> why it conflicts with another; each alone is
valid."""


@dataclass(frozen=True)
class Schema:
    """The settings of the box itself and of every role."""

    roles: Sequence[type[RoleSettings]]
    conflicts: Sequence[Conflicts] = ()

    @property
    def models(self) -> tuple[type[RoleSettings], ...]:
        """Return every model, the box's own first."""
        return (HostSettings, *self.roles)

    def defaults(self) -> dict[str, Any]:
        """Return every setting with its default."""
        return {
            name: model.model_fields[field].get_default(call_default_factory=True)
            for model in self.models
            for name, field in model.field_names().items()
        }

    def parse(self, data: Mapping[str, Any]) -> Settings:
        """Return the settings of host data in which ``faults`` has found no fault."""
        default = self.defaults()
        changed = {n: data[n] for n in default if data.get(n, default[n]) != default[n]}
        return Settings({model: model.of(data) for model in self.models}, changed)

    def faults(self, data: Mapping[str, Any]) -> dict[str, str]:
        """Return name of a setting -> what is wrong, for all faults in ``data`` at once."""
        known = list(self.defaults())
        found = {
            key: _unknown(key, known)
            for key in data
            if key not in known and key not in PYINFRA_DATA
        }
        for model in self.models:
            found |= model.faults(data)
        if found:
            return found
        settings = self.parse(data)
        for conflicts in self.conflicts:
            found |= conflicts(settings)
        return found

    def setting_of(self, word: str) -> str:
        """Return the setting that expresses a constraint, or the word itself if none does."""
        for model in self.models:
            if word in model.constrains:
                return f"{model.role}_{model.constrains[word]}"
        return word

    def without_box_settings(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return host data without the settings that decide what the box becomes."""
        of_the_box = {
            name
            for model in self.models
            for name, field in model.field_names().items()
            if model.scope(field) not in OF_ONE_RUN
        }
        return {key: value for key, value in data.items() if key not in of_the_box}


def _unknown(key: str, known: list[str]) -> str:
    # Suggest a setting of the same role first: a hint at another role would change what was not
    # meant.
    own = [name for name in known if name.startswith(f"{key.partition('_')[0]}_")]
    near = get_close_matches(key, own or known, n=1) or own
    hint = f"did you mean {near[0]!r}?" if near else "group_data/all.py lists every setting"
    return f"no such setting | {hint}"


class HostSettings(RoleSettings):
    """Settings that apply to the box itself, whichever roles it has."""

    role: ClassVar[str] = "box"

    gpus: Annotated[list[str] | None, Scope.HARDWARE] = None
    """PCI ids of the box's GPUs, one per card, e.g. `["10de:1b06", "10de:1b06"]`, and of its
    NVSwitches. None: read them from the PCI bus. Declare them for a machine image or a
    container; `[]` is a box without a GPU."""

    profile: Literal["full", "framework_only"] = "full"
    """"framework_only": install no CUDA toolkit, cuDNN or NCCL for people who compile;
    frameworks bring their own."""

    lock: Annotated[str | None, Scope.LOCATION] = None
    """File on the controller, written by `./dlbox lock`: the box gets what the lock says, to
    the byte, or is refused. Boxes that name the same file are one class. None: the box gets
    what fits best today."""

    bundle: Annotated[str | None, Scope.LOCATION] = None
    """Where the box finds the output of `./dlbox bundle`: `http(s)://...`, or a folder of the
    box such as `/media/usb/bundle`. The box then contacts no other source, and takes the lock
    of the bundle if `box_lock` names none. None: use the archives."""

    snapshot: Annotated[str | None, Scope.LOCATION] = None
    """Address of a snapshot archive, laid out as Debian's is, that has the packages of a lock
    which upstream has withdrawn. None: use only the box's own store and the bundle."""

    rollback_gb: Annotated[int, Field(ge=0), Scope.LOCATION] = 20
    """Disk (GB) that earlier generations of the box may take: packages and venvs for `./dlbox
    rollback`. The oldest go first. 0: keep none of them."""

    @field_validator("bundle", "snapshot")
    @classmethod
    def _address(cls, address: str | None) -> str | None:
        if address is not None and not re.fullmatch(
            r"(https?://[^\s'\"{}]+|/[^\s'\"{}]*)", address
        ):
            msg = "is neither http(s)://... nor a folder that begins with /"
            raise ValueError(msg)
        return None if address is None else address.rstrip("/")

    @field_validator("gpus")
    @classmethod
    def _known(cls, gpus: list[str] | None) -> list[str] | None:
        for gpu in gpus or ():
            if gpu.removeprefix("10de:") in catalog().nvswitches:
                continue
            if not GPU_ID.fullmatch(gpu):
                msg = f"{gpu!r} is not a PCI id | write vendor:device as lspci -nn does: 10de:1b06"
                raise ValueError(msg)
            if gpu not in gpu_table():
                msg = f"{gpu!r} is no NVIDIA GPU of the id table (the catalogue, gpus.yaml)"
                raise ValueError(msg)
        return gpus
