"""The emergency stop's mark on disk: while it is there, no fault may begin, whoever restarts what."""

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from local_cluster.faults.base import Refused
from local_cluster.linux import now_us
from local_cluster.reserved_file import ReservedFile

logger = logging.getLogger(__name__)

LONGEST: Final = 500
LARGEST: Final = 12 * LONGEST  # bytes of the mark: three texts, escaped at the worst


@dataclass(frozen=True, slots=True)
class Block:
    stop_id: str
    reason: str
    by: str
    since_us: int

    def __str__(self) -> str:
        return f"faults are blocked by an emergency stop of {self.by}: {self.reason}; release it first"


def block_of(raw: Mapping[str, Any]) -> Block:
    """Raises Refused."""
    names = ("stop_id", "reason", "by")
    if wrong := [name for name in names if not isinstance(raw.get(name), str) or len(raw[name]) > LONGEST]:
        raise Refused(400, f"{wrong[0]}: expected a text of up to {LONGEST} characters")
    return Block(raw["stop_id"], raw["reason"], raw["by"], now_us())


class BlockFile:
    """Holds the block in memory too: a full disk must not keep anyone from stopping."""

    def __init__(self, path: Path) -> None:
        self._file = ReservedFile(path)
        self.block = _read(path)
        try:
            self._file.prepare(LARGEST)
        except OSError as error:
            logger.warning("%s: no room can be kept for an emergency stop: %s", path, error)

    def set(self, block: Block) -> None:
        self.block = block
        try:
            self._file.write(json.dumps(asdict(block)))
            self._file.to_disk()
        except OSError as error:
            logger.error("%s: the emergency stop holds, but not over a restart: %s", self._file.path, error)

    def clear(self) -> None:
        """Raises Refused when the mark can't be removed: it would be back after a restart."""
        try:
            self._file.set_aside()
        except OSError as error:
            raise Refused(503, f"{self._file.path} can't be removed: {error.strerror}") from error
        self.block = None


def _read(path: Path) -> Block | None:
    """A mark that can't be read still is one."""
    try:
        return Block(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        logger.error("%s can't be read, so faults stay blocked: %s", path, error)
        return Block("", f"{path} can't be read", "unknown", now_us())
