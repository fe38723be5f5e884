"""Proto enums ⇄ words of the model, paired by name; a value without a counterpart fails at import."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Generic, TypeVar

from google.protobuf.descriptor import EnumDescriptor

from tellerline.gateway.services.refusals import invalid
from tellerline.routing.model.codes import Code

WordT = TypeVar("WordT", bound=StrEnum)


def words(enum: EnumDescriptor, prefix: str) -> dict[int, str]:
    """Each number except 0 with its name without ``prefix``."""
    return {value.number: value.name.removeprefix(prefix) for value in enum.values if value.number}


class EnumPair(Generic[WordT]):
    """Both directions for one enum whose names, without ``prefix``, are exactly the values of ``model``."""

    def __init__(self, enum: EnumDescriptor, prefix: str, model: type[WordT]) -> None:
        named = words(enum, prefix)
        if set(named.values()) != {word.value for word in model}:
            raise TypeError(f"{model.__name__} and {prefix}* do not have the same values")
        self._to_model = {number: model(name) for number, name in named.items()}
        self._to_proto = {word: number for number, word in self._to_model.items()}

    def to_proto(self, word: WordT) -> Any:
        """The number; untyped, because each generated enum has a static type of its own."""
        return self._to_proto[word]

    def from_proto(self, number: int, field: str, code: Code = Code.INVALID_REQUEST) -> WordT:
        """Refuses 0 and numbers that this version does not know."""
        word = self._to_model.get(number)
        if word is None:
            raise invalid(field, "unspecified" if number == 0 else "unknown_value", code)
        return word
