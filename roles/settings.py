"""Judge host data once: frozen, typed, closed-world settings are the only bridge to code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, ClassVar, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError
from typing_extensions import Self

from roles.stack.wish import fault as wish_fault

Word = TypeVar("Word", bound=str)


class RoleSettings(BaseModel):
    """Base of every role's settings.

    A role's knobs are flat and prefixed with the role's name, so that pyinfra's own
    precedence (``--data``, host, group, ``all``) decides each one separately.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True
    )
    role: ClassVar[str]

    @classmethod
    def knobs(cls) -> dict[str, str]:
        """Full knob name -> field name."""
        return {f"{cls.role}_{field}": field for field in cls.model_fields}

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        """Build from host data that ``roles.knobs.faults`` has already found good."""
        return cls(**cls._own(data))

    @classmethod
    def faults(cls, data: Mapping[str, Any]) -> dict[str, str]:
        """Knob name -> what is wrong with its value; empty when all is well."""
        try:
            cls.of(data)
        except ValidationError as error:
            return dict(cls._explain(data, fault) for fault in error.errors())
        return {}

    @classmethod
    def _own(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        return {field: data[knob] for knob, field in cls.knobs().items() if knob in data}

    @classmethod
    def _explain(cls, data: Mapping[str, Any], fault: Any) -> tuple[str, str]:
        if not fault["loc"]:
            return f"{cls.role}_*", str(fault["msg"]).removeprefix("Value error, ")
        field = str(fault["loc"][0])
        knob = f"{cls.role}_{field}"
        said = str(fault["msg"]).removeprefix("Value error, ")
        found = fault["input"]
        quotes = "; write it in quotes (a bare 12.10 is the number 12.1)"
        hint = quotes if fault["type"] == "string_type" else _hint(found, cls._words(field))
        return knob, f"{data[knob]!r}: {said}{hint}"

    @classmethod
    def _words(cls, field: str) -> list[str]:
        return _literals(cls.model_fields[field].annotation)


def once(words: list[Word]) -> list[Word]:
    """Return the words, none of which may be there twice."""
    twice = next((word for word in words if words.count(word) > 1), None)
    if twice is not None:
        msg = f"names {twice!r} twice"
        raise ValueError(msg)
    return words


def wished(word: str) -> Callable[[str | None], str | None]:
    """Return a validator of what may be wished of a layer."""

    def judge(value: str | None) -> str | None:
        wrong = None if value is None else wish_fault(word, value)
        if wrong:
            raise ValueError(wrong)
        return value

    return judge


def file_with(mark: str, what: str) -> Callable[[str | None], str | None]:
    """Return a validator of a path on the controller: a readable text that holds ``mark``."""

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
    return f"; did you mean {near[0]!r}?" if near else ""
