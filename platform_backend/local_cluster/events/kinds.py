"""Every kind of event."""

from collections.abc import Mapping
from typing import Final

from local_cluster.events.base import EventKind
from local_cluster.events.restarts import Deploy, RollingRestart
from local_cluster.events.scale import Scale
from local_cluster.events.store import Backup, CacheFlush
from local_cluster.events.surge import LoadSurge

_KINDS: Final[tuple[EventKind, ...]] = (RollingRestart(), Scale(), Deploy(), CacheFlush(), Backup(), LoadSurge())
KINDS: Final[Mapping[str, EventKind]] = {kind.name: kind for kind in _KINDS}
