"""Locust users that do what visitors do, and the dispatcher that hands it out when it is due."""

from loadgenerator import no_web  # isort: skip  # noqa: F401 - before locust

import logging
import time
from typing import Any, Final

import gevent
from gevent.event import Event
from gevent.queue import Queue
from locust import FastHttpUser, constant, task
from locust.env import Environment

from loadgenerator.plan import Action
from loadgenerator.profiles import Profile
from loadgenerator.traffic import SHOPPERS, Traffic
from shoplib.callers import credentials

REQUEST_TIMEOUT_S: Final = 15.0
# Actions a shopper may be behind by before it holds up the others: a slow shop slows its users.
INBOX: Final = 3
SUMMARY_EVERY_S: Final = 10.0
# What a slow shop has held up is made good up to this; the rest is lost, as it is with real users.
LARGEST_BACKLOG_S: Final = 1.0
SPAWN_PER_S: Final = 100

logger = logging.getLogger("loadgenerator")


class Shopper(FastHttpUser):
    """Takes actions from its inbox, one after the other. `inboxes` is set by LoadGenerator before it spawns."""

    wait_time = constant(0)
    connection_timeout = REQUEST_TIMEOUT_S
    network_timeout = REQUEST_TIMEOUT_S
    max_redirects = 0
    max_retries = 0
    inboxes: Queue

    def on_start(self) -> None:
        self._inbox: Queue = self.inboxes.get()

    @task
    def act(self) -> None:
        action: Action = self._inbox.get()
        if action.new_visitor:
            self.client.cookiejar.clear()
        # Redirects are not followed: one action is one request, so that the rate is what was asked for.
        with self.client.request(
            action.method,
            action.path,
            data=dict(action.form) or None,
            headers=credentials(),
            name=f"{action.method} {action.name}",
            allow_redirects=False,
            catch_response=True,
        ) as response:
            problem = problem_of(response)
            if problem:
                response.failure(problem)
                logger.warning("%s %s failed: %s", action.method, action.path, problem)
            else:
                response.success()


def problem_of(response: Any) -> str:
    """Empty if all is well. Status 0 means that there was no answer at all."""
    if response.status_code == 0:
        return str(response.error)
    return f"HTTP status {response.status_code}" if response.status_code >= 400 else ""


class LoadGenerator:
    def __init__(self, host: str, traffic: Traffic) -> None:
        self._traffic = traffic
        self._changed = Event()
        self._inboxes = [Queue(maxsize=INBOX) for _ in range(SHOPPERS)]
        self._environment = Environment(user_classes=[_shoppers_of(self._inboxes)], host=host)
        self._runner = self._environment.create_local_runner()

    @property
    def rate(self) -> float:
        return self._traffic.rate

    @property
    def profile(self) -> Profile:
        return self._traffic.profile

    def change(self, rate: float, profile: Profile) -> None:
        """Raises BadRate."""
        self._traffic.change(rate, profile)
        self._changed.set()

    def start(self) -> None:
        self._runner.start(SHOPPERS, spawn_rate=SPAWN_PER_S)
        gevent.spawn(self._dispatch)
        gevent.spawn(self._summarize)

    def stop(self) -> None:
        self._runner.quit()

    def _dispatch(self) -> None:
        while True:
            self._wait_until_due()
            action = self._traffic.take()
            if action is not None:
                self._inboxes[action.shopper].put(action)

    def _wait_until_due(self) -> None:
        """A changed rate starts the wait anew."""
        while True:
            self._changed.clear()
            due = self._traffic.next_due()
            wait_s = None if due is None else due - time.monotonic()
            if wait_s is not None and wait_s < -LARGEST_BACKLOG_S:
                self._traffic.hold_up(-LARGEST_BACKLOG_S - wait_s)
            if not self._changed.wait(None if wait_s is None else max(0.0, wait_s)):
                return

    def _summarize(self) -> None:
        before = self._counts()
        while True:
            gevent.sleep(SUMMARY_EVERY_S)
            now = self._counts()
            sent, failed = now[0] - before[0], now[1] - before[1]
            logger.info("%d requests in %g s, %d failed", sent, SUMMARY_EVERY_S, failed)
            before = now

    def _counts(self) -> tuple[int, int]:
        total = self._environment.stats.total
        return total.num_requests, total.num_failures


def _shoppers_of(inboxes: list[Queue]) -> type[Shopper]:
    """Locust makes its users itself, without arguments; the class carries what they need."""
    waiting: Queue = Queue()
    for inbox in inboxes:
        waiting.put(inbox)
    attributes: dict[str, Any] = {"inboxes": waiting}
    return type("PlannedShopper", (Shopper,), attributes)
