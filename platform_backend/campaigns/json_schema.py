"""The campaign file as JSON Schema 2020-12, by which editors complete, explain and check it. Pure.

`campaigns/campaign.schema.json` is this, written down for editors that read files.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

from campaigns.schema import CampaignFile
from common.parameters import Parameter, Parametrised
from events.catalogue import CATALOGUE as EVENTS
from faults.catalogue import CATALOGUE

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
# Sections of the file that name a kind: by which key, of which catalogue.
KINDS: Final[Mapping[str, tuple[str, Iterable[Any]]]] = {
    "Fault": ("fault", CATALOGUE.values()),
    "Member": ("fault", CATALOGUE.values()),
    "EventEntry": ("event", EVENTS.values()),
}
Schema = dict[str, Any]


@lru_cache(maxsize=1)
def json_schema() -> Schema:
    """What pydantic knows, and the parameters of each kind, which it does not."""
    schema = CampaignFile.model_json_schema()
    for section, (key, kinds) in KINDS.items():
        for kind in kinds:
            schema["$defs"][f"{key}.{kind.name}"] = _parameters_of(kind)
        _name_kinds(schema["$defs"][section], key, list(kinds))
    return {"$schema": DIALECT, **schema, "title": "MicroServo campaign"}


def _name_kinds(section: Schema, key: str, kinds: list[Any]) -> None:
    named = [{"const": kind.name, "title": kind.title, "description": kind.help} for kind in kinds]
    section["properties"][key] = {"description": section["properties"][key]["description"], "oneOf": named}
    section["allOf"] = [
        {
            "if": {"properties": {key: {"const": kind.name}}, "required": [key]},
            "then": {"$ref": f"#/$defs/{key}.{kind.name}"},
        }
        for kind in kinds
    ]


def _parameters_of(kind: Parametrised) -> Schema:
    """What an entry of this kind has to be like."""
    required = [each.name for each in kind.parameters if each.required]
    parameters: Schema = {
        "type": "object",
        "additionalProperties": False,
        "properties": {each.name: _parameter(each) for each in kind.parameters},
        "required": required,
    }
    return {"properties": {"parameters": parameters}, "required": ["parameters"] if required else []}


def _parameter(parameter: Parameter) -> Schema:
    """One value, or a list of several, each of which makes a step."""
    one = _value(parameter)
    described = {"description": f"{parameter.help} {parameter.unit}".strip()}
    if not parameter.required:
        described["default"] = parameter.default
    return {**described, "anyOf": [one, {"type": "array", "items": one, "minItems": 1}]}


def _value(parameter: Parameter) -> Schema:
    match parameter.type:
        case "integer" | "number":
            ranges: list[Schema] = [{"minimum": low, "maximum": high} for low, high in parameter.bounds]
            return {"type": parameter.type, **(ranges[0] if len(ranges) == 1 else {"anyOf": ranges})}
        case "choice":
            return {"type": "string", "enum": list(parameter.choices)}
        case "strings":
            [(low, high)] = parameter.bounds
            items: Schema = {"type": "string", **({"enum": list(parameter.choices)} if parameter.choices else {})}
            return {"type": "array", "items": items, "minItems": low, "maxItems": high}
        case _:
            [(low, high)] = parameter.bounds
            return {"type": "string", "minLength": low, "maxLength": high}
