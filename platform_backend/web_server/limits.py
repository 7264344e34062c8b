"""What a client may ask of the web server's patience and memory."""

from typing import Final

from common import limits

HEAD_BYTES: Final = 64 << 10
BODY_BYTES: Final = limits.BODY_BYTES
# An answer, or what is left of it, that needs no thread any more while it leaves; longer ones keep theirs.
ANSWER_BYTES: Final = 4 << 20
SHORT_BYTES: Final = 64 << 10  # answers up to this size leave at once

HEAD_S: Final = 10.0  # for the whole head of a request
# For everything else a client has this credit of seconds to keep us waiting; each byte that moves earns some back.
CREDIT_S: Final = 30.0
BYTES_PER_S: Final = 8 << 10
LINGER_S: Final = 2.0  # for a client to read our last words, and close
