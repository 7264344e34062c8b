"""One client's connection while the poller has it: its requests come together here, and what is left to say leaves."""

import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from gunicorn import http
from gunicorn.http.body import ChunkedReader
from gunicorn.http.errors import NoMoreData, ParseException

from web_server import limits, refusals
from web_server.client import CONTINUE, ClientSocket
from web_server.patience import Patience

PIECE: Final = 64 << 10


class State(Enum):
    IDLE = "between two requests"
    HEAD = "the head is coming"
    BODY = "the body is coming"
    WORKING = "a thread has it"
    LEAVING = "the answer leaves"
    LINGERING = "all has left; the client may close"


@dataclass(slots=True, eq=False)
class Connection:
    """Named as `gunicorn.workers.gthread.TConn` are those parts that gunicorn's own worker looks at."""

    cfg: Any
    raw: socket.socket
    client: Any
    server: Any
    sock: ClientSocket = field(init=False)
    source: Any = field(init=False)  # gunicorn's parser; its unreader holds what has come and is not read
    state: State = State.IDLE
    deadline: float = 0.0
    request: Any = None
    keeps: bool = False  # whether another request may follow
    initialized: bool = True
    data_ready: bool = True
    is_http2: bool = False
    _missing: int = 0  # bytes of the body
    _head: bytearray = field(default_factory=bytearray)
    _searched: int = 0  # bytes of the head in which its end is not
    _since: float = 0.0  # the last sign of life

    def __post_init__(self) -> None:
        self.sock = ClientSocket(self.raw)
        self.source = http.get_parser(self.cfg, self.sock, self.client)
        self.deadline = time.monotonic() + limits.HEAD_S

    def init(self) -> None:
        """Nothing is left to do in the thread."""

    @property
    def parser(self) -> Iterator[Any]:
        """The one request that the thread is to handle."""
        return iter([self.request])

    def receive(self) -> bool:
        """Take what has come. False at its end. Raises OSError."""
        try:
            data = self.raw.recv(PIECE)
        except BlockingIOError:
            return True
        self._take(data)
        return bool(data)

    def is_complete(self) -> bool:
        """Whether a thread can handle the request without waiting for anything but an upload. Raises Refused."""
        if self.request is None and not self._begin():
            return False
        return self.sock.streams or self._missing <= 0

    def next_request(self) -> None:
        """After an answer. What came behind the last request is the beginning of the next."""
        unread = self.request.body.reader.length
        self._head, self._searched = bytearray(self.source.unreader.take_buffered()[unread:]), 0
        self.request = self.source.mesg = None
        self.state = State.HEAD if self._head else State.IDLE
        self.deadline = time.monotonic() + (limits.HEAD_S if self._head else self.cfg.keepalive)

    def leave(self) -> bool:
        """Send what the client takes; whether all has left. Raises OSError."""
        if self.state is not State.LEAVING:
            self.state = State.LEAVING
            self.sock.patience, self._since = Patience(), time.monotonic()
        self._spend(self.sock.outbox.flush(self.raw))
        return self.sock.outbox.is_empty

    def linger(self) -> None:
        """Say that nothing follows. Closed at once, the client might lose the answer (RFC 9112, section 9.6)."""
        self.state = State.LINGERING
        self.raw.shutdown(socket.SHUT_WR)
        self.deadline = time.monotonic() + limits.LINGER_S

    def refuse(self, refused: refusals.Refused) -> None:
        self.keeps = False
        self.sock.outbox.put(refused.answer())

    def too_slow(self) -> refusals.Refused | None:
        """What to say at the deadline, if the client still listens."""
        if self.state is State.BODY:
            return refusals.too_slow("body")
        return refusals.too_slow("head") if self.state is State.HEAD and self._head else None

    def close(self) -> None:
        self.sock.outbox.close()
        self.raw.close()

    def _take(self, data: bytes) -> None:
        if self.request is None:
            if self.state is State.IDLE:
                self.state, self.deadline = State.HEAD, time.monotonic() + limits.HEAD_S
            self._head += data
            return
        self.source.unreader.buf.seek(0, 2)
        self.source.unreader.buf.write(data)
        self._missing -= len(data)
        self._spend(len(data))

    def _begin(self) -> bool:
        """Read the head, if it is there."""
        if not self._has_end():
            if len(self._head) > limits.HEAD_BYTES:
                raise refusals.head_too_large(limits.HEAD_BYTES)
            return False
        self.source.unreader.unread(bytes(self._head))
        self._head.clear()
        try:
            self.request = next(self.source)
        except NoMoreData:
            raise refusals.of_parser(ValueError("its head has no end")) from None
        except (ParseException, StopIteration) as error:
            raise refusals.of_parser(error) from None
        self._expect_body()
        return True

    def _has_end(self) -> bool:
        """Each byte is looked at once, however slowly they come. Lines that end without a CR are for the parser."""
        start = max(0, self._searched - 3)
        self._searched = len(self._head)
        return self._head.find(b"\r\n\r\n", start) >= 0 or self._head.find(b"\n\n", start) >= 0

    def _expect_body(self) -> None:
        """Streamed bodies are read in the thread, all others have to come first."""
        reader = self.request.body.reader
        if isinstance(reader, ChunkedReader):
            raise refusals.length_required()
        self._missing = reader.length - self.source.unreader.buf.seek(0, 2)
        self.sock.streams = reader.length > limits.BODY_BYTES
        self.sock.patience, self._since = Patience(), time.monotonic()
        self.sock.invites = self.request._expected_100_continue
        self.request._expected_100_continue = False  # gunicorn would say it before anybody has looked at the request
        self.state = State.BODY
        self.deadline = self._since + self.sock.patience.left
        if self.sock.streams:
            self.request.force_close()  # whatever is not read of it
        elif self.sock.invites and self._missing > 0:
            self.sock.outbox.put(CONTINUE)
            self.sock.outbox.flush(self.raw)

    def _spend(self, moved: int) -> None:
        now = time.monotonic()
        self.sock.patience.waited(now - self._since, moved=moved)
        self._since, self.deadline = now, now + self.sock.patience.left
