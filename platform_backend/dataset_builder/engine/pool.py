"""Ordered work in threads, with a bounded number of results waiting."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Final, TypeVar

IDLE_S: Final = 0.5

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_order(
    work: Callable[[Item], Result], items: Iterable[Item], *, threads: int, idle: Callable[[], None]
) -> Iterator[Result]:
    """Results in the order of the items; at most threads + 1 are made or waiting to be taken.

    `idle` is called while the next result takes its time; it may raise to stop. What is being made is waited for
    then, what has not begun is not.
    """
    waiting: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(threads, thread_name_prefix="dataset") as pool:
        try:
            for item in items:
                waiting.append(pool.submit(work, item))
                if len(waiting) > threads:
                    yield _taken(waiting, idle)
            while waiting:
                yield _taken(waiting, idle)
        finally:
            for future in waiting:
                future.cancel()


def _taken(waiting: deque[Future[Result]], idle: Callable[[], None]) -> Result:
    while not wait([waiting[0]], IDLE_S).done:
        idle()
    return waiting.popleft().result()
