"""Guessing passwords is slow. Wrong ones are counted per client and user name, per client, and per user name.

A client is the address that the connection comes from. X-Forwarded-For is not looked at: anybody may write it, to
guess under a new name each time or to lock somebody else out. Behind a proxy all users are therefore one client.
One client's wrong passwords end its own attempts, nobody else's: what counts a name over all clients is a slower
brake, against guessing from many addresses, that ten clients together have to pull.
"""

import ipaddress
import time
import unicodedata
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from rest_framework.exceptions import Throttled
from rest_framework.request import Request

from common.errors import UserError

IPV6_NETWORK: Final = 64  # what one customer is given; each of its addresses is nobody of their own
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Limit:
    failures: int
    seconds: float


CLIENT_AND_NAME: Final = Limit(10, 60)
CLIENT: Final = Limit(50, 600)
NAME: Final = Limit(100, 600)
LONGEST_S: Final = 600


@dataclass(slots=True)
class Attempts:
    """Attempts of the last minutes, in this process: the platform has one web process."""

    clock: Callable[[], float] = time.monotonic
    _times: dict[Key, deque[float]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def begin(self, limits: Mapping[Key, Limit]) -> float:
        """Counted before the password is looked at: many calls at once get no more tries. Raises Throttled."""
        with self._lock:
            now = self.clock()
            self._forget_old(now)
            waits = [self._wait(key, limit, now) for key, limit in limits.items()]
            if max(waits) > 0:
                raise Throttled(wait=max(waits))
            for key in limits:
                self._times.setdefault(key, deque()).append(now)
            return now

    def take_back(self, limits: Mapping[Key, Limit], begun: float) -> None:
        """It was no wrong password."""
        with self._lock:
            for key in limits:
                if begun in self._times.get(key, ()):
                    self._times[key].remove(begun)

    def clear(self) -> None:
        with self._lock:
            self._times.clear()

    def _wait(self, key: Key, limit: Limit, now: float) -> float:
        """Seconds until another attempt is allowed; none or fewer: now."""
        recent = [at for at in self._times.get(key, ()) if at > now - limit.seconds]
        return recent[-limit.failures] + limit.seconds - now if len(recent) >= limit.failures else 0.0

    def _forget_old(self, now: float) -> None:
        """One client makes few keys, as its attempts are few."""
        for key in [key for key, times in self._times.items() if not times or times[-1] <= now - LONGEST_S]:
            del self._times[key]


ATTEMPTS: Final = Attempts()


@contextmanager
def attempt(request: Request, username: str) -> Iterator[None]:
    """Around the check of a password; a UserError out of it counts. Raises Throttled after too many."""
    limits = _limits(client_of(request), _folded(username))
    begun = ATTEMPTS.begin(limits)
    try:
        yield
    except UserError:
        raise
    except BaseException:
        ATTEMPTS.take_back(limits, begun)
        raise
    else:
        ATTEMPTS.take_back(limits, begun)


def counted(request: Request, what: str) -> None:
    """For what is to be slow also when it succeeds, such as letters. Raises Throttled after too many."""
    ATTEMPTS.begin(_limits(client_of(request), _folded(what)))


def client_of(request: Request) -> str:
    address = str(request.META.get("REMOTE_ADDR", ""))
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address  # a unix socket has none
    if isinstance(parsed, ipaddress.IPv6Address):
        parsed = parsed.ipv4_mapped or parsed
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed, IPV6_NETWORK), strict=False))
    return str(parsed)


def _limits(client: str, name: str) -> Mapping[Key, Limit]:
    return {("both", client, name): CLIENT_AND_NAME, ("client", client): CLIENT, ("name", name): NAME}


def _folded(username: str) -> str:
    """Names that some database takes for the same are one here."""
    plain = "".join(each for each in unicodedata.normalize("NFKD", username) if not unicodedata.combining(each))
    return plain.casefold()
