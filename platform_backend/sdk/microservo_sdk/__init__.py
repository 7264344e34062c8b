"""Read and verify datasets of MicroServo and of the field. Imports neither pandas nor pyarrow until they are needed."""

from microservo_sdk.errors import DatasetError
from microservo_sdk.limits import Limits
from microservo_sdk.verify import verify

__all__ = ["DatasetError", "Limits", "verify"]
__version__ = "0.1.0"
