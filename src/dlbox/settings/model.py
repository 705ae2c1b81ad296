"""Settings of one role: flat names on the outside, a frozen and typed model on the inside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from enum import Enum
from pathlib import Path
from typing import Any, ClassVar, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError
from typing_extensions import Self

from dlbox.stack.constraint import Requirements, constraint_fault


class Scope(Enum):
    """What a setting decides. Annotate its field with a scope; the default is ``BOX``."""

    BOX = "box"
    """What the box becomes. A lock and a generation hold it."""
    HARDWARE = "hardware"
    """Which cards the box has. A lock names the cards themselves, declared or on the bus."""
    LOCATION = "location"
    """Where things come from and are kept; another network or controller gives the same box."""
    RUN_POLICY = "run policy"
    """How one run proceeds."""


OF_ONE_RUN = frozenset({Scope.LOCATION, Scope.RUN_POLICY})


def first_difference(one: Mapping[str, Any], other: Mapping[str, Any]) -> str | None:
    """Return the first setting that differs between two locks or boxes; None: they agree."""
    names = sorted({*one, *other})
    return next((name for name in names if one.get(name) != other.get(name)), None)


def format_value(settings: Mapping[str, Any], name: str) -> str:
    """Return the value of a setting, as text for a person."""
    return repr(settings[name]) if name in settings else "its default"


Word = TypeVar("Word", bound=str)


class RoleSettings(BaseModel):
    """Base class of the settings of every role.

    The names of settings are flat and prefixed with the role's name, so that pyinfra's own
    precedence (``--data``, host, group, ``all``) decides each one separately.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True
    )
    role: ClassVar[str]
    constrains: ClassVar[Mapping[str, str]] = {}
    """Layer of the stack, as ``--want`` names it -> field that constrains it."""

    @classmethod
    def field_names(cls) -> dict[str, str]:
        """Return name of a setting -> name of its field."""
        return {f"{cls.role}_{field}": field for field in cls.model_fields}

    @classmethod
    def scope(cls, field: str) -> Scope:
        """Return the scope of a field: what the field decides."""
        marks = cls.model_fields[field].metadata
        return next((mark for mark in marks if isinstance(mark, Scope)), Scope.BOX)

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        """Return the settings from host data. Raises pydantic's ValidationError."""
        return cls(
            **{field: data[name] for name, field in cls.field_names().items() if name in data}
        )

    @classmethod
    def faults(cls, data: Mapping[str, Any]) -> dict[str, str]:
        """Return name of a setting -> what is wrong with its value; empty if all are valid."""
        try:
            cls.of(data)
        except ValidationError as error:
            return dict(cls._explain(data, fault) for fault in error.errors())
        return {}

    def requirements(self) -> Requirements:
        """Return the requirements that these settings give the solver."""
        values = {layer: getattr(self, field) for layer, field in self.constrains.items()}
        return Requirements(
            {layer: str(value) for layer, value in values.items() if value is not None}
        )

    @classmethod
    def _explain(cls, data: Mapping[str, Any], fault: Any) -> tuple[str, str]:
        reason = str(fault["msg"]).removeprefix("Value error, ")
        if not fault["loc"]:
            return f"{cls.role}_*", reason
        field = str(fault["loc"][0])
        name = f"{cls.role}_{field}"
        quotes = " | write it in quotes (a bare 12.10 is the number 12.1)"
        words = _literals(cls.model_fields[field].annotation)
        hint = quotes if fault["type"] == "string_type" else _hint(fault["input"], words)
        return name, f"{data[name]!r}: {reason}{hint}"


def unique(words: list[Word]) -> list[Word]:
    """Return the words. Raises ValueError if one of them occurs twice."""
    twice = next((word for word in words if words.count(word) > 1), None)
    if twice is not None:
        msg = f"names {twice!r} twice"
        raise ValueError(msg)
    return words


def constraint_validator(word: str) -> Callable[[str | None], str | None]:
    """Return a validator of the constraint on a layer."""

    def judge(value: str | None) -> str | None:
        fault = None if value is None else constraint_fault(word, value)
        if fault:
            raise ValueError(fault)
        return value

    return judge


def file_with(mark: str, what: str) -> Callable[[str | None], str | None]:
    """Return a validator of a path on the controller: a readable text file that holds ``mark``.

    ``what`` is the name of that content in messages.
    """

    def judge(path: str | None) -> str | None:
        try:
            text = "" if path is None else Path(path).read_text("ascii", errors="replace")
        except OSError as error:
            msg = f"cannot read it: {error.strerror}"
            raise ValueError(msg) from error
        if path is not None and mark not in text:
            msg = f"holds no {what}"
            raise ValueError(msg)
        return path

    return judge


def _literals(annotation: Any) -> list[str]:
    if get_origin(annotation) is Literal:
        return [str(word) for word in get_args(annotation)]
    return [word for inner in get_args(annotation) for word in _literals(inner)]


def _hint(found: Any, words: list[str]) -> str:
    near = get_close_matches(str(found), words, n=1)
    return f" | did you mean {near[0]!r}?" if near else ""
