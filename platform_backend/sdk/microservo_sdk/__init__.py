"""Read and verify datasets of MicroServo and of the field. Imports neither pandas nor pyarrow until they are needed."""

from microservo_sdk.dataset import Dataset
from microservo_sdk.errors import DatasetError
from microservo_sdk.findings import Report
from microservo_sdk.formats.openrca import Query, Record
from microservo_sdk.formats.rcaeval import Case
from microservo_sdk.limits import Limits
from microservo_sdk.model import Event, Injection, NormalWindow, PodLabel, PodSpan, Side, Split, Window
from microservo_sdk.opening import open_dataset
from microservo_sdk.verify import verify

__all__ = [
    "Case",
    "Dataset",
    "DatasetError",
    "Event",
    "Injection",
    "Limits",
    "NormalWindow",
    "PodLabel",
    "PodSpan",
    "Query",
    "Record",
    "Report",
    "Side",
    "Split",
    "Window",
    "open_dataset",
    "verify",
]
__version__ = "0.1.0"
