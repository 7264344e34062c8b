"""What a client may ask of the web server's patience and memory."""

from typing import Final

# A body up to this size has arrived whole before a thread is taken for it; only uploads are larger, and stream.
BODY_BYTES: Final = 1 << 20
