"""What requests may be like, wherever it is looked at."""

from typing import Final

# A body up to this size has arrived whole before a thread of the web server is taken for it; only uploads are larger.
BODY_BYTES: Final = 1 << 20
