"""Dataset formats by name; each writes the tables of a window into a folder."""

from collections.abc import Mapping
from typing import Final

FORMATS: Final[Mapping[str, str]] = {
    "csv": "dataset_builder.formats.csv:CsvFormat",
    "parquet": "dataset_builder.formats.parquet:ParquetFormat",
    "rcaeval": "dataset_builder.formats.rcaeval:RcaevalFormat",
    "openrca": "dataset_builder.formats.openrca:OpenrcaFormat",
}
