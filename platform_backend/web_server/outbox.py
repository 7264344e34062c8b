"""What is on its way to a client and has not left yet: bytes, and parts of files."""

import os
import socket
from collections import deque
from dataclasses import dataclass, field


@dataclass(slots=True)
class FilePart:
    descriptor: int  # our own
    offset: int
    count: int


@dataclass(slots=True)
class Outbox:
    """Its owner closes it."""

    parts: deque[memoryview | FilePart] = field(default_factory=deque)
    in_memory: int = 0  # bytes

    def put(self, data: bytes) -> None:
        if data:
            self.parts.append(memoryview(data))
            self.in_memory += len(data)

    def put_file(self, descriptor: int, offset: int, count: int) -> None:
        """The file may be closed: what is put here stays open."""
        self.parts.append(FilePart(os.dup(descriptor), offset, count))

    @property
    def is_empty(self) -> bool:
        return not self.parts

    def flush(self, connection: socket.socket) -> int:
        """Send what the connection takes without waiting; returns how many bytes that were. Raises OSError."""
        moved = 0
        try:
            while self.parts:
                moved += self._send_first(connection)
        except BlockingIOError:
            pass  # the client has to take some of it first
        return moved

    def close(self) -> None:
        for part in self.parts:
            if isinstance(part, FilePart):
                os.close(part.descriptor)
        self.parts.clear()
        self.in_memory = 0

    def _send_first(self, connection: socket.socket) -> int:
        part = self.parts[0]
        return self._send_file(connection, part) if isinstance(part, FilePart) else self._send_bytes(connection, part)

    def _send_bytes(self, connection: socket.socket, part: memoryview) -> int:
        sent = connection.send(part)
        self.in_memory -= sent
        if sent == len(part):
            self.parts.popleft()
        else:
            self.parts[0] = part[sent:]
        return sent

    def _send_file(self, connection: socket.socket, part: FilePart) -> int:
        sent = os.sendfile(connection.fileno(), part.descriptor, part.offset, part.count) if part.count else 0
        if part.count and not sent:
            raise ConnectionAbortedError("the file has become shorter")
        part.offset += sent
        part.count -= sent
        if not part.count:
            self.parts.popleft()
            os.close(part.descriptor)
        return sent
