"""What the card of a ready dataset shows: its own files, or, of one from elsewhere, what its manifest tells."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from common.errors import NotFound, UserError, said
from dataset_builder.card.files import ANSWERS_CARD, CARD, CARD_VERSION, README, TIMELINE
from datasets.archives import opened
from datasets.contents import DatasetCard, problems
from datasets.models import Dataset, Origin
from datasets.selectors import manifest_path, series_path
from microservo_sdk.container import read_whole

LARGEST: Final = 16 << 20  # bytes; a card has a few thousand
KEYS: Final = ("name", "format", "window", "rows", "limits")  # of a manifest


def as_json(archive: Path, dataset: Dataset) -> DatasetCard:
    """`answers` is null where nobody wrote a card. What a card does not tell, its dataset's manifest may."""
    found = _members(archive, dataset, (CARD, ANSWERS_CARD))
    card, answers = _made(dataset), None
    if found:
        told, answers = (_parsed(text, dataset) for text in found)
        card |= told
    series = (answers or {}).get("series") or _series(dataset)
    try:
        return DatasetCard.model_validate(
            {"card": card, "answers": answers, "series": series, "warnings": dataset.warnings}
        )
    except ValidationError as error:
        raise NotFound(
            said(
                "card.unfit",
                "The data card of dataset {name} was not made here and is not like those that are: {problems}",
                name=dataset.name,
                problems="; ".join(problems(error)),
            )
        ) from None


def as_page(archive: Path, dataset: Dataset) -> str:
    pages = _members(archive, dataset, (README, TIMELINE)) or [_page(_made(dataset))]
    careful = [f"- {' '.join(text.split())}" for text in dataset.warnings]
    return "\n".join([*pages, *(["", "## Found when it was imported", "", *careful, ""] if careful else [])])


def _members(path: Path, dataset: Dataset, names: Sequence[str]) -> list[str]:
    """Empty when somebody else made it, without a card."""
    try:
        with opened(path) as files:
            missing = [name for name in names if not 0 < files.sizes.get(name, 0) <= LARGEST]
            if not missing:
                return [read_whole(files, name, limit=LARGEST).decode(errors="replace") for name in names]
    except UserError as error:
        raise NotFound(
            said(
                "card.unreadable",
                "Dataset {name} has no card: {names}",
                name=dataset.name,
                names=" ".join(error.fields["file"]),
            )
        ) from None
    if dataset.origin == Origin.IMPORTED:
        return []
    raise NotFound(
        said(
            "card.missing",
            "Dataset {name} has no {missing} that can be shown: it was not made by this platform.",
            name=dataset.name,
            missing=missing[0],
        )
    )


def _parsed(text: str, dataset: Dataset) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise NotFound(
            said(
                "card.not_json", "The data card of dataset {name} is not JSON: it was not made here.", name=dataset.name
            )
        )
    return found


def _series(dataset: Dataset) -> Any:
    """As it was made when the dataset was imported; datasets of older versions have none."""
    path = series_path(dataset)
    return json.loads(path.read_bytes()) if path.is_file() else None


def _made(dataset: Dataset) -> dict[str, Any]:
    manifest = json.loads(manifest_path(dataset).read_bytes())
    return {"card_version": CARD_VERSION, **{key: manifest[key] for key in KEYS if key in manifest}}


def _page(card: Mapping[str, Any]) -> str:
    window = card["window"]
    told = f"In the format `{card['format']}`, microseconds {window['start']} to {window['end']} since 1970."
    rows = ", ".join(f"{count:,} {table}" for table, count in card.get("rows", {}).get("tables", {}).items())
    limits = [f"- {text}" for text in card.get("limits", [])]
    return "\n".join([f"# {card['name']}", "", told, "", f"Rows: {rows}.", "", "## Limits", "", *limits, ""])
