"""A value of the domain as columns: every field by name, none left out."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from msgspec import Struct
from msgspec.structs import asdict

_Fields = ParamSpec("_Fields")
_Value = TypeVar("_Value", bound=Struct)
_Result = TypeVar("_Result")


def every_field_of(
    make: Callable[_Fields, _Value],  # noqa: ARG001 - only its type is used
) -> Callable[[Callable[_Fields, _Result]], Callable[[_Value], _Result]]:
    """Turn a function of a struct's fields, by name, into a function of the struct.

    The function must take exactly the fields of the struct `make`: mypy rejects it once the struct
    has another field.
    """

    def of_fields(function: Callable[_Fields, _Result]) -> Callable[[_Value], _Result]:
        def of_value(value: _Value) -> _Result:
            return function(**asdict(value))  # type: ignore[call-arg]

        return of_value

    return of_fields
