"""CSV text of tables whose chunks differ from column to column, as slices of the store have them."""

import pyarrow as pa
import pytest

from dataset_builder.formats.csv import csv_text

NONE = pa.array([], pa.string())


@pytest.mark.parametrize(
    "texts",
    [
        [NONE, pa.array(["a", "b,c", None])],
        [pa.array(["a"]), NONE, pa.array(["b,c", None])],
        [pa.array(["a", "b,c", None]), NONE],
        [pa.array(["-", "a", "b,c", None]).slice(1)],
    ],
    ids=["first", "between", "last", "none"],
)
def test_empty_chunks_leave_nothing(texts: list[pa.Array]) -> None:
    rows = pa.table({"text": pa.chunked_array(texts), "number": pa.array([1, 2, 3])})
    assert bytes(csv_text(rows)) == b'"a",1\n"b,c",2\n,3\n'


def test_no_rows_are_no_text() -> None:
    assert bytes(csv_text(pa.table({"text": NONE}))) == b""
    assert bytes(csv_text(pa.table({"text": pa.chunked_array([], pa.string())}))) == b""
