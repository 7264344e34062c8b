"""A client's socket as a thread of the web server sees it: it waits for slow ones as long as they deserve."""

import errno
import select
import socket
import time
from collections.abc import Callable
from typing import IO, Any, Final

from web_server import limits
from web_server.outbox import Outbox
from web_server.patience import Patience

CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"


class ClientSocket:
    """What gunicorn wants of a socket. What is sent leaves through the outbox; what is received has mostly come."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        self.connection = connection
        self.outbox = Outbox()
        self.streams = False  # whether the thread may wait for more of the body
        self.invites = False  # whether the client waits for a word before it sends the body
        self.patience = Patience()  # of this request

    def send(self, data: bytes) -> int:
        self.sendall(data)
        return len(data)

    def sendall(self, data: bytes) -> None:
        """Waits only while more is on its way than an outbox should hold. Short answers leave when they are whole."""
        self.outbox.put(bytes(data))
        if self.outbox.in_memory > limits.SHORT_BYTES:
            self.outbox.flush(self.connection)
            self._wait_until(lambda: self.outbox.in_memory <= limits.ANSWER_BYTES)

    def sendfile(self, file: IO[bytes], offset: int = 0, count: int = 0) -> int:
        """Waits for a long one to have left, since its owner may lock or delete it afterwards."""
        self.outbox.put_file(file.fileno(), offset, count)
        self.outbox.flush(self.connection)
        if count > limits.ANSWER_BYTES:
            self._wait_until(lambda: self.outbox.is_empty)
        return count

    def recv(self, size: int) -> bytes:
        if not self.streams:
            return b""  # it has come whole
        if self.invites:
            self.invites = False
            self.outbox.put(CONTINUE)
            self.outbox.flush(self.connection)
        while True:
            try:
                data = self.connection.recv(size)
            except BlockingIOError:
                self._wait(select.POLLIN)
            else:
                self.patience.waited(0, moved=len(data))
                return data

    def _wait_until(self, is_done: Callable[[], bool]) -> None:
        while not is_done():
            self._wait(select.POLLOUT)
            self.patience.waited(0, moved=self.outbox.flush(self.connection))

    def _wait(self, event: int) -> None:
        """Raises ConnectionResetError when the client is too slow."""
        poll = select.poll()
        poll.register(self.connection, event)
        began = time.monotonic()
        poll.poll(max(0.0, self.patience.left) * 1000)
        self.patience.waited(time.monotonic() - began, moved=0)
        if self.patience.is_over:
            raise ConnectionResetError(errno.ECONNRESET, "the client is too slow")

    def shutdown(self, how: int) -> None:
        """The poller does it when all has left."""

    def close(self) -> None:
        """The poller does it."""

    def setblocking(self, flag: Any) -> None:
        """It never blocks; those who wait poll."""

    def settimeout(self, timeout: float | None) -> None:
        """Patience has its own."""

    def gettimeout(self) -> float | None:
        return None
