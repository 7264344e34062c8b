"""The REST API as the command line uses it: signed in as this machine's owner, errors in one line."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

import httpx

from cli.console import CliError
from cli.lifecycle import prepare, web_url
from platform_backend.config import Config

NOT_RUNNING: Final = 3
TIMEOUT_S: Final = 30.0
_CONNECT_S: Final = 3.0
_MOST_PAGES: Final = 100


class Interrupted(Exception):
    """A download broke off; what has come is kept."""


@dataclass(slots=True)
class Api:
    """Use as a context manager."""

    settings: Config
    timeout_s: float = TIMEOUT_S
    _client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        # The platform is on this machine: a proxy set for the outside must not be asked for it.
        timeout = httpx.Timeout(self.timeout_s, connect=min(self.timeout_s, _CONNECT_S))
        self._client = httpx.Client(base_url=f"{web_url(self.settings)}/api/v1", timeout=timeout, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    @property
    def _token_file(self) -> Path:
        return self.settings.state / "secrets" / "cli_token"

    def get(self, path: str, **query: str) -> Any:
        return self._call("GET", path, params=query)

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        return self._call("POST", path, json=body or {})

    def send(self, path: str, text: str, media_type: str) -> Any:
        return self._call("POST", path, content=text.encode(), media_type=media_type)

    def pages(self, path: str, **filters: str) -> Iterator[Mapping[str, Any]]:
        """The results of all pages of a list."""
        query = filters
        for _ in range(_MOST_PAGES):
            page = self.get(path, **query)
            yield from page["results"]
            if not page.get("cursor"):
                return
            query = {**filters, "cursor": page["cursor"]}

    def put(self, path: str, body: Mapping[str, Any]) -> Any:
        return self._call("PUT", path, json=body)

    def patch(self, path: str, body: Mapping[str, Any]) -> Any:
        return self._call("PATCH", path, json=body)

    def delete(self, path: str) -> None:
        self._call("DELETE", path)

    def fetch(self, path: str) -> bytes:
        """The body of the answer as it is."""
        return self._answer("GET", path).content

    def upload(self, path: str, chunks: Iterator[bytes], size: int, **query: str) -> Any:
        """Send a zip as it is read."""
        headers = self._headers() | {"Content-Type": "application/zip", "Content-Length": str(size)}
        self.get("/session")  # a token that has expired is renewed here: the chunks come once
        try:
            response = self._client.post(path, content=chunks, headers=headers | self._headers(), params=query)
        except httpx.HTTPError as error:
            raise _unreachable(self.settings, error) from None
        if response.is_error:
            raise _problem(response)
        return response.json()

    def download(self, path: str, target: Path, *, etag: str) -> Iterator[int]:
        """Adds to `target` what it lacks; yields how many bytes it has. Raises Interrupted when trying again may help.

        `etag` is of what is in `target` so far: when it has changed, all of it is fetched anew.
        """
        offset = target.stat().st_size if target.exists() else 0
        headers = self._headers() | ({"Range": f"bytes={offset}-", "If-Range": etag} if offset else {})
        try:
            with self._client.stream("GET", path, headers=headers) as response:
                if response.status_code == 416:  # nothing is missing, or it is not what was asked for: the check tells
                    return
                if response.is_error:
                    response.read()
                    raise Interrupted(str(_problem(response))) if response.status_code == 503 else _problem(response)
                yield from _append(response, target, offset if response.status_code == 206 else 0)
        except httpx.ConnectError as error:
            raise _unreachable(self.settings, error) from None
        except httpx.HTTPError as error:
            raise Interrupted(type(error).__name__) from None

    def save(self, path: str, target: Path, show: Callable[[int], None], query: Mapping[str, Any]) -> Mapping[str, str]:
        """Write the body of the answer to a file, whole or not at all; its headers."""
        part = target.with_name(f"{target.name}.part")
        self.get("/session")  # a token that has expired is renewed here
        try:
            with self._client.stream("GET", path, headers=self._headers(), params=query) as response:
                if response.is_error:
                    response.read()
                    raise _problem(response)
                for size in _append(response, part, 0):
                    show(size)
            part.replace(target)
            return response.headers
        except httpx.HTTPError as error:
            raise CliError(f"the download broke off ({type(error).__name__}); call this again") from None
        except OSError as error:
            raise CliError(f"{target}: can't be written: {error.strerror}", code=2) from None
        finally:
            part.unlink(missing_ok=True)

    def _call(self, method: str, path: str, **options: Any) -> Any:
        response = self._answer(method, path, **options)
        return response.json() if response.content else None

    def _answer(self, method: str, path: str, media_type: str = "", **options: Any) -> httpx.Response:
        kind = {"Content-Type": media_type} if media_type else {}
        try:
            response = self._client.request(method, path, headers=self._headers() | kind, **options)
            if response.status_code == 401:  # the token expired, or the database is another one
                prepare(self.settings, "token")
                response = self._client.request(method, path, headers=self._headers() | kind, **options)
        except httpx.HTTPError as error:
            raise _unreachable(self.settings, error) from None
        if response.is_error:
            raise _problem(response)
        return response

    def _headers(self) -> dict[str, str]:
        try:
            return {"Authorization": f"Bearer {self._token_file.read_text().strip()}"}
        except FileNotFoundError:
            raise CliError("MicroServo is not running; start it with: ./microservo up", code=NOT_RUNNING) from None


def _append(response: httpx.Response, target: Path, offset: int) -> Iterator[int]:
    with target.open("ab") as file:
        file.truncate(offset)
        for chunk in response.iter_raw(1 << 20):
            file.write(chunk)
            offset += len(chunk)
            yield offset


def _unreachable(settings: Config, error: httpx.HTTPError) -> CliError:
    if isinstance(error, httpx.ConnectError):
        return CliError("MicroServo is not running; start it with: ./microservo up", code=NOT_RUNNING)
    return CliError(f"{web_url(settings)} does not answer ({type(error).__name__}); see: ./microservo logs web")


def placed(path: str, message: str, line: int | None, column: int | None) -> str:
    """What is wrong in a text, in a line."""
    where = f"line {line}, column {column}: " if line else ""
    return f"{where}{path}: {message}" if path else f"{where}{message}"


def _problem(response: httpx.Response) -> CliError:
    try:
        body = response.json()
    except ValueError:
        body = {}
    detail = body.get("detail") or f"HTTP {response.status_code}"
    fields = "; ".join(f"{name}: {' '.join(texts)}" for name, texts in body.get("errors", {}).items())
    places = "; ".join(placed(**place) for place in body.get("places", []))
    text = places or fields or detail
    if response.status_code >= 500:
        text += " (see: ./microservo logs web)"
    return CliError(text, code=2 if response.status_code in (400, 422) else 1)
