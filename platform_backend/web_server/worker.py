"""gunicorn's threads, kept free of slow clients: a request gets one when it has come whole, an answer leaves without.

gunicorn's own worker reads heads and bodies, and sends answers, in its threads, each as long as the client likes.
Here the poller does that, with a deadline for each. Threads wait for clients in two cases only, uploads and answers
larger than `limits` has them, at a least rate; and what must always answer has threads of its own.
"""

import errno
import selectors
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, Final

from gunicorn.workers.gthread import ThreadWorker

from web_server.connection import Connection, State
from web_server.refusals import Refused

VITAL: Final = ("/api/v1/health", "/api/v1/faults/emergency-stop")
VITAL_THREADS: Final = 4
COMING: Final = (State.IDLE, State.HEAD, State.BODY)


class Worker(ThreadWorker):
    @classmethod
    def check_config(cls, cfg: Any, log: Any) -> None:
        if cfg.is_ssl:
            raise RuntimeError("web_server.worker speaks plain HTTP; let a proxy in front of it speak TLS")

    def init_process(self) -> None:
        self.vital = ThreadPoolExecutor(VITAL_THREADS, thread_name_prefix="vital")
        self.waiting: set[Connection] = set()  # those that the poller watches
        super().init_process()

    def accept(self, listener: Any) -> None:
        try:
            raw, address = listener.accept()
        except OSError as error:
            if error.errno in (errno.EMFILE, errno.ENFILE):
                self._make_room()
            elif error.errno not in (errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK):
                raise
            return
        self.nr_conns += 1
        if self.nr_conns >= self.worker_connections:
            self._make_room()
        connection = Connection(self.cfg, raw, address, listener.getsockname())
        self._watch(connection, selectors.EVENT_READ, self._come)

    def enqueue_req(self, conn: Connection) -> None:
        conn.state = State.WORKING
        pool = self.vital if conn.request.path.startswith(VITAL) else self.tpool
        pool.submit(self.handle, conn).add_done_callback(
            lambda done: self.method_queue.defer(self.finish_request, conn, done)
        )

    def finish_request(self, conn: Connection, fs: "Future[Any]") -> None:
        """In the poller again."""
        handled = not fs.cancelled() and fs.exception() is None and bool(fs.result())
        conn.keeps = handled and self.alive and not conn.sock.streams
        self._leave(conn)

    def murder_pending(self) -> None:
        """Whoever has used up the time that there is for what they do."""
        now = time.monotonic()
        for connection in list(self.waiting):
            if connection.deadline <= now or (connection.state is State.IDLE and not self.alive):
                self._give_up(connection)

    def _keepalive_after(self, conn: Connection, keepalive: bool) -> bool:
        """gunicorn would read in this thread what the application has not read of the body."""
        return keepalive

    def _come(self, connection: Connection) -> None:
        try:
            if not connection.receive():
                self._drop(connection)
                return
        except OSError:
            self._drop(connection)
            return
        self._go_on(connection)

    def _go_on(self, connection: Connection) -> None:
        try:
            complete = connection.is_complete()
        except Refused as refused:
            connection.refuse(refused)
            self._leave(connection)
        except OSError:
            self._drop(connection)
        else:
            if complete:
                self._unwatch(connection)
                self.enqueue_req(connection)
            else:
                self._watch(connection, selectors.EVENT_READ, self._come)

    def _leave(self, connection: Connection) -> None:
        try:
            if not connection.leave():
                self._watch(connection, selectors.EVENT_WRITE, self._leave)
            elif connection.keeps:
                connection.next_request()
                self._go_on(connection)
            else:
                connection.linger()
                self._watch(connection, selectors.EVENT_READ, self._linger)
        except OSError:
            self._drop(connection)

    def _linger(self, connection: Connection) -> None:
        """What still comes is thrown away."""
        try:
            if not connection.raw.recv(1 << 20):
                self._drop(connection)
        except BlockingIOError:
            return
        except OSError:
            self._drop(connection)

    def _give_up(self, connection: Connection) -> None:
        refused = connection.too_slow()
        if refused is None:
            self._drop(connection)
            return
        connection.refuse(refused)
        self._leave(connection)

    def _make_room(self) -> None:
        """No request keeps others out by not coming: who has been at it for longest has to go."""
        coming = [each for each in self.waiting if each.state in COMING]
        if coming:
            self._drop(min(coming, key=lambda each: each.deadline))

    def _watch(self, connection: Connection, event: int, what: Callable[[Connection], None]) -> None:
        callback = partial(self._called, what, connection)
        if connection in self.waiting:
            self.poller.modify(connection.raw, event, callback)
        else:
            self.poller.register(connection.raw, event, callback)
            self.waiting.add(connection)

    def _called(self, what: Callable[[Connection], None], connection: Connection, _: Any) -> None:
        if connection in self.waiting:  # another event of the same look may have ended it
            what(connection)

    def _unwatch(self, connection: Connection) -> None:
        if connection in self.waiting:
            self.poller.unregister(connection.raw)
            self.waiting.discard(connection)

    def _drop(self, connection: Connection) -> None:
        self._unwatch(connection)
        connection.close()
        self.nr_conns -= 1
