"""Dataset formats by name; each writes the tables of a window into a folder."""

from collections.abc import Mapping
from typing import Final

FORMATS: Final[Mapping[str, str]] = {
    "csv": "datasets.formats.csv:CsvFormat",
    "parquet": "datasets.formats.parquet:ParquetFormat",
    "rcaeval": "datasets.formats.rcaeval:RcaevalFormat",
    "openrca": "datasets.formats.openrca:OpenrcaFormat",
}
