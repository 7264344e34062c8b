"""What every list out of the database can do: search, sort, pages that continue exactly, and a count while it is cheap.

A view (`common.views.ListView`) says by which names its rows may be sorted and where is searched; its parameters `sort`
and `search` follow from that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from django.db.models import F, Field, Model, OrderBy, Q, QuerySet

from common import fields
from common.forms import PageQuery

MOST_COUNTED: Final = 10_000
NONE: Final = ""  # of a place, where a row has no value
Place = Sequence[int | str]


def query_of(base: type[PageQuery], sorts: Mapping[str, str], search_in: Sequence[str]) -> type[PageQuery]:
    """The parameters of a list, with those that follow from what the list can do."""
    more: dict[str, Any] = {}
    if sorts:
        choices = [f"{sign}{name}" for name in sorts for sign in ("", "-")]
        told = "by what; - in front: the highest, latest or last first. Default: the latest first"
        more["sort"] = fields.Choice(choices=choices, default=None, help_text=told)
    if search_in:
        names = ", ".join(name.partition("__")[0] for name in search_in)
        told = f"part of any of {names}; case does not matter"
        more["search"] = fields.Text(max_length=100, default="", help_text=told)
    return type(base.__name__, (base,), more) if more else base


def searched(rows: "QuerySet[Any]", columns: Sequence[str], text: str) -> "QuerySet[Any]":
    either = Q()
    for column in columns:
        either |= Q(**{f"{column}__icontains": text})
    return rows.filter(either) if text else rows


def counted(rows: "QuerySet[Any]") -> int | None:
    """How many there are; None for more than are cheap to count."""
    found = rows.order_by()[: MOST_COUNTED + 1].count()
    return None if found > MOST_COUNTED else found


@dataclass(frozen=True, slots=True)
class Order:
    """By these columns, which together tell any two rows apart, all in one direction. Where there is no value, the row
    is lowest.
    """

    columns: Sequence[str]
    descending: bool = True

    @classmethod
    def of(cls, asked: str | None, sorts: Mapping[str, str], columns: Sequence[str]) -> "Order":
        """`asked`: a name of `sorts`, with - for descending, or nothing for the list's own order, `columns`."""
        if asked is None:
            return cls(columns)
        first = sorts[asked.removeprefix("-")]
        return cls([first, *(column for column in columns if column != first)], asked.startswith("-"))

    def apply(self, rows: "QuerySet[Any]") -> "QuerySet[Any]":
        return rows.order_by(*(self._ordering(rows.model, name) for name in self.columns))

    def _ordering(self, model: type[Model], name: str) -> str | OrderBy:
        if not _column(model, name).null:
            return f"-{name}" if self.descending else name
        return F(name).desc(nulls_last=True) if self.descending else F(name).asc(nulls_first=True)

    def place(self, row: Model) -> list[int | str]:
        """The columns' values as text."""
        return [_text(row, name) for name in self.columns]

    def after(self, model: type[Model], place: Place) -> Q:
        """(a, b) < (x, y), spelt out: a < x, or a = x and b < y; > where the order is ascending."""
        found, equal = Q(), Q()
        for name, text in zip(self.columns, place, strict=True):
            column = _column(model, name)
            value = None if column.null and text == NONE else column.to_python(text)
            found |= equal & self._beyond(column, name, value)
            equal &= Q(**{f"{name}__isnull": True}) if value is None else Q(**{name: value})
        return found

    def _beyond(self, column: "Field[Any, Any]", name: str, value: Any) -> Q:
        if value is None:  # the lowest
            return Q(pk__in=()) if self.descending else Q(**{f"{name}__isnull": False})
        if not self.descending:
            return Q(**{f"{name}__gt": value})
        lower = Q(**{f"{name}__lt": value})
        return lower | Q(**{f"{name}__isnull": True}) if column.null else lower


def _text(row: Model, name: str) -> str:
    column = _column(type(row), name)
    return NONE if getattr(row, column.attname) is None else str(column.value_to_string(row))


def _column(model: type[Model], name: str) -> "Field[Any, Any]":
    return cast("Field[Any, Any]", model._meta.pk if name == "pk" else model._meta.get_field(name))
