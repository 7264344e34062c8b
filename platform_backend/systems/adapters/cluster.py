"""The connection to the local cluster, which all local adapters share."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from http import HTTPStatus

from common.errors import Conflict, NotFound, Unavailable, UserError, said
from local_cluster.client import ClusterRefused, ClusterUnavailable, LocalClusterClient
from platform_backend.config import config


@lru_cache(maxsize=1)
def cluster_client() -> LocalClusterClient:
    """One per process; it is safe to share between threads."""
    return LocalClusterClient(config().cluster_socket)


@contextmanager
def platform_errors() -> Iterator[None]:
    """Errors of the client as those of the ports."""
    try:
        yield
    except ClusterUnavailable as error:
        raise Unavailable(
            said("system.unreachable", "{error}; is the platform up? See: ./microservo status", error=error)
        ) from error
    except ClusterRefused as error:
        raise _user_error(error) from error


def _user_error(error: ClusterRefused) -> UserError:
    if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Unavailable(said("system.problem", "The local cluster has a problem: {message}", message=error.message))
    message = said("system.refused", "{detail}", detail=error.message)
    if error.status == HTTPStatus.NOT_FOUND:
        return NotFound(message)
    if error.status == HTTPStatus.CONFLICT:
        return Conflict(message)
    return UserError(message)
