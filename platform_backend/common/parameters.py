"""Parameters of things that can be ordered: what each may be, for validation, the API's schema and forms. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol, get_args

from common.names import instead
from common.plain import shown

Type = Literal["integer", "number", "string", "strings", "choice"]
# What a value names, so that a form can offer those that there are: a service of the system, a container of the pod, a
# path below the volumes of the pod's service, the beginning of a request's path, an error number of the system.
Format = Literal["any", "service", "container", "path", "request-path", "errno"]
TYPES: Final[Sequence[str]] = get_args(Type)
FORMATS: Final[Sequence[str]] = get_args(Format)
Bounds = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class ProtocolBounds:
    """Those of `bounds` that hold where requests are spoken by this protocol."""

    protocol: str
    bounds: Bounds


@dataclass(frozen=True, slots=True)
class Named:
    """A value that has a name."""

    value: int
    name: str
    help: str = ""


@dataclass(frozen=True, slots=True)
class Parameter:
    """`bounds` are inclusive ranges, of which a number must be in one; for strings, of the length. `choices` are those
    of a choice, or of each item of strings; empty: any.
    """

    name: str
    type: Type
    help: str
    unit: str = ""
    bounds: Bounds = ()
    choices: tuple[str, ...] = ()
    required: bool = False
    default: Any = None  # taken when absent; of no meaning when required
    format: Format = "any"
    protocol_bounds: tuple[ProtocolBounds, ...] = ()  # empty: `bounds` hold for all
    names: tuple[Named, ...] = ()  # of some of its values


class Parametrised(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def parameters(self) -> Sequence[Parameter]: ...


def integer(name: str, low: int, high: int, default: int | None, text: str, unit: str = "") -> Parameter:
    return Parameter(name, "integer", text, unit, ((low, high),), required=default is None, default=default)


def number(name: str, low: float, high: float, default: float | None, text: str, unit: str = "") -> Parameter:
    return Parameter(name, "number", text, unit, ((low, high),), required=default is None, default=default)


def string(name: str, text: str, default: str | None = None, longest: int = 200, format: Format = "any") -> Parameter:
    return Parameter(
        name,
        "string",
        text,
        bounds=((1 if default is None else 0, longest),),
        required=default is None,
        default=default,
        format=format,
    )


Errors = dict[str, list[str]]
MOST_NAMED: Final = 10


def complete(kind: Parametrised, given: Mapping[str, Any]) -> tuple[dict[str, Any], Errors]:
    """All parameters, defaults filled in, and what is wrong with them by parameter name."""
    known = sorted(parameter.name for parameter in kind.parameters)
    errors: Errors = {
        name: [f"{kind.name} has no such parameter; {instead(name, known)}"] for name in given if name not in known
    }
    values: dict[str, Any] = {}
    for parameter in kind.parameters:
        if parameter.name in given:
            values[parameter.name] = given[parameter.name]
            if message := fault_of(parameter, given[parameter.name]):
                errors[parameter.name] = [message]
        elif parameter.required:
            errors[parameter.name] = ["missing"]
        else:
            values[parameter.name] = list(parameter.default) if parameter.type == "strings" else parameter.default
    return values, errors


def fault_of(parameter: Parameter, value: Any) -> str:
    """What is wrong with the value; empty when nothing is."""
    checks = {
        "integer": _integer,
        "number": _number,
        "string": _string,
        "strings": _strings,
        "choice": _choice,
    }
    return checks[parameter.type](parameter, value)


def _integer(parameter: Parameter, value: Any) -> str:
    if not isinstance(value, int) or isinstance(value, bool):
        return f"expected an integer, not {shown(value)}"
    return _in_bounds(parameter, value)


def _number(parameter: Parameter, value: Any) -> str:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return f"expected a number, not {shown(value)}"
    return _in_bounds(parameter, value)


def _string(parameter: Parameter, value: Any) -> str:
    if not isinstance(value, str):
        return f"expected a string, not {shown(value)}"
    if "\x00" in value or not value.isprintable():
        return "has characters that can't be printed"
    return "" if _within(parameter.bounds, len(value)) else f"expected {_ranges(parameter.bounds)} characters"


def _strings(parameter: Parameter, value: Any) -> str:
    if not isinstance(value, list) or not all(isinstance(item, str) and item.isprintable() for item in value):
        return f"expected a list of strings, not {shown(value)}"
    if parameter.choices and (unknown := [item for item in value if item not in parameter.choices]):
        return f"expected some of {', '.join(parameter.choices)}, not {', '.join(map(shown, unknown[:MOST_NAMED]))}"
    return "" if _within(parameter.bounds, len(value)) else f"expected {_ranges(parameter.bounds)} items"


def _choice(parameter: Parameter, value: Any) -> str:
    return "" if value in parameter.choices else f"expected one of {', '.join(parameter.choices)}, not {shown(value)}"


def _in_bounds(parameter: Parameter, value: float) -> str:
    if _within(parameter.bounds, value):
        return ""
    unit = f" {parameter.unit}" if parameter.unit else ""
    return f"expected {_ranges(parameter.bounds)}{unit}, not {shown(value)}"


def _within(bounds: Bounds, value: float) -> bool:
    return any(low <= value <= high for low, high in bounds)  # also false for a NaN


def _ranges(bounds: Bounds) -> str:
    return " or ".join(f"{low} to {high}" for low, high in bounds)
