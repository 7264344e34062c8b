"""The emergency stop's mark on disk: while it is there, no fault may begin, whoever restarts what."""

import json
import logging
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from local_cluster.faults.base import Refused
from local_cluster.linux import now_us

logger = logging.getLogger(__name__)

LONGEST: Final = 500


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
        self._path = path
        self.block = _read(path)

    def set(self, block: Block) -> None:
        self.block = block
        temporary = self._path.with_suffix(".new")
        try:
            with temporary.open("w", encoding="utf-8") as file:
                json.dump(asdict(block), file)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self._path)
        except OSError as error:
            logger.error("%s: the emergency stop holds, but not over a restart: %s", self._path, error)

    def clear(self) -> None:
        """Raises Refused when the mark can't be removed: it would be back after a restart."""
        try:
            self._path.unlink(missing_ok=True)
        except OSError as error:
            raise Refused(503, f"{self._path} can't be removed: {error.strerror}") from error
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
