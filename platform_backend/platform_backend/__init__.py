"""The Django project: settings, addresses, Celery."""

import sys
from pathlib import Path
from typing import Final

# The SDK is a package of its own, which others install; the platform reads datasets with the same code.
# Set here, since every process of the platform imports this first, however it was started.
_SDK: Final = str(Path(__file__).resolve().parents[1] / "sdk")
if _SDK not in sys.path:
    sys.path.append(_SDK)
