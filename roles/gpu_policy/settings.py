"""The settings of the state of each card."""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from typing_extensions import override

from dlbox.settings.model import RoleSettings

CARD = re.compile(r"all|0|[1-9]\d*|GPU-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
PROFILE = re.compile(r"[1-9]\d*g\.\d+gb([+-][a-z.]+)?")


def _card(card: Any) -> Any:
    if not isinstance(card, str) or not CARD.fullmatch(card):
        msg = 'no card | write "all", an index ("0") or a UUID in quotes as nvidia-smi -L shows it'
        raise ValueError(msg)
    return card


def _clock(value: Any) -> Any:
    low, high = value if isinstance(value, list | tuple) and len(value) == 2 else (value, value)  # noqa: PLR2004
    if type(low) is not int or type(high) is not int or not 0 < low <= high:
        msg = "write one clock in MHz or (lowest, highest), above 0"
        raise ValueError(msg)
    return low, high


def _mig(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    profiles = value if isinstance(value, list | tuple) else ()
    if not profiles or not all(isinstance(p, str) and PROFILE.fullmatch(p) for p in profiles):
        msg = 'write True, False or the instances wanted, such as ["3g.40gb", "3g.40gb"]'
        raise ValueError(msg)
    return tuple(profiles)


Clock = Annotated[tuple[int, int], BeforeValidator(_clock)]


class CardPolicy(BaseModel):
    """The state that one card, or every card, is set to; None: left as it is."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True
    )

    persistence: bool | None = None
    power_limit_w: Annotated[int, Field(gt=0)] | None = None
    graphics_clock_mhz: Clock | None = None
    memory_clock_mhz: Clock | None = None
    compute_mode: Literal["default", "exclusive_process", "prohibited"] | None = None
    ecc: bool | None = None
    mig: Annotated[bool | tuple[str, ...], BeforeValidator(_mig)] | None = None
    """True: on, and other tools manage its instances; profiles: on, with exactly these
    instances."""


class GpuPolicy(RoleSettings):
    """Settings of the gpu_policy role."""

    role: ClassVar[str] = "gpu_policy"

    cards: dict[Annotated[str, BeforeValidator(_card)], CardPolicy] = {}
    """The state that cards are set to at boot, by "all", index ("0") or UUID, e.g. `{"all":
    {"persistence": True}, "0": {"power_limit_w": 250}}`; a UUID wins over an index, and an
    index over "all". Fields: `persistence`, `power_limit_w`, `graphics_clock_mhz` and
    `memory_clock_mhz` (one clock or lowest and highest), `compute_mode` ("default",
    "exclusive_process", "prohibited"), `ecc`, `mig` (True, False, or profiles such as
    `["3g.40gb", "3g.40gb"]`); power and clocks are kept within the limits that the card
    reports. `{}`: the cards are left as they are."""

    @classmethod
    @override
    def _explain(cls, data: Any, fault: Any) -> tuple[str, str]:
        name, said = super()._explain(data, fault)
        _, *where = fault["loc"]
        if not where:
            return name, said
        said = str(fault["msg"]).removeprefix("Value error, ")
        if fault["type"] == "extra_forbidden":
            said = f"no such setting; there is {', '.join(CardPolicy.model_fields)}"
        card, *field = where
        if not field or field == ["[key]"]:
            return name, f"{fault['input']!r}: {said}"
        return name, f"card {card!r}, {field[0]} = {fault['input']!r}: {said}"
