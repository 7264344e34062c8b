"""What the mesh tells the wire: which pairs there are, and which links impair which lanes."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from local_cluster.wire.impairment import DIRECTIONS, Direction, Impairment, Link
from local_cluster.wire.pair import HOST, Pair

LaneName = tuple[str, Direction]


@dataclass(frozen=True, slots=True)
class Impairments:
    """Impaired links by id, and the links each impaired lane crosses. Lanes not named are clean."""

    links: Mapping[str, Impairment] = field(default_factory=dict)
    lanes: Mapping[LaneName, Sequence[str]] = field(default_factory=dict)

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> "Impairments":
        """Raises ValueError."""
        links = {link: Impairment.from_json(value) for link, value in raw["links"].items()}
        lanes = {_lane_name(name): tuple(crossed) for name, crossed in raw["lanes"].items()}
        for name, crossed in lanes.items():
            if not set(crossed) <= set(links):
                raise ValueError(f"lane {name} crosses a link that is not among {sorted(links)}")
        return cls(links, lanes)


class Wire:
    """All pairs and the impairments now in force."""

    def __init__(self) -> None:
        self.pairs: dict[str, Pair] = {}
        self._servers: dict[str, asyncio.Server] = {}
        self._links: dict[str, Link] = {}

    async def configure(self, raw: Mapping[str, Mapping[str, Any]], impairments: Impairments) -> None:
        """Have exactly these pairs listen, impaired from their first byte. Idempotent.

        Raises OSError for a port that is not to be had, ValueError.
        """
        wanted = {name: Pair(name, pair["listen"], (HOST, pair["target"])) for name, pair in raw.items()}
        for name, pair in list(self.pairs.items()):
            if name not in wanted or pair.ports != wanted[name].ports:
                self._close(name)
        self.pairs = {name: self.pairs.get(name, pair) for name, pair in wanted.items()}
        self.impair(impairments)
        for name in self.pairs.keys() - self._servers.keys():
            self._servers[name] = await self.pairs[name].serve()

    def _close(self, name: str) -> None:
        if server := self._servers.pop(name, None):
            server.close()
        self.pairs.pop(name).close()

    def impair(self, wanted: Impairments) -> None:
        """Put exactly these impairments in force. Raises ValueError, and then nothing has changed."""
        unknown = {pair for pair, _ in wanted.lanes} - self.pairs.keys()
        if unknown:
            raise ValueError(f"no such pair: {', '.join(sorted(unknown))}")
        self._links = {name: self._link(name, impairment) for name, impairment in wanted.links.items()}
        for pair in self.pairs.values():
            for direction, lane in pair.lanes.items():
                lane.impair([self._links[link] for link in wanted.lanes.get((pair.name, direction), ())])

    def _link(self, name: str, impairment: Impairment) -> Link:
        """The link that is there already, if it is the same: it keeps its noise and its queue."""
        link = self._links.get(name)
        return link if link and link.impairment == impairment else Link(impairment)

    def impaired(self) -> dict[str, list[dict[str, Any]]]:
        """The impairments that now shape the bytes of each lane that has any."""
        return {
            f"{pair.name}/{direction}": [asdict(link.impairment) for link in lane.links]
            for pair in self.pairs.values()
            for direction, lane in pair.lanes.items()
            if lane.links
        }

    def counters(self) -> dict[str, dict[str, int]]:
        return {
            name: {
                "opened": pair.opened,
                "closed": pair.closed,
                "request_bytes": pair.lanes["request"].bytes,
                "response_bytes": pair.lanes["response"].bytes,
            }
            for name, pair in self.pairs.items()
        }


def _lane_name(text: str) -> LaneName:
    pair, _, direction = text.partition("/")
    for known in DIRECTIONS:
        if direction == known:
            return pair, known
    raise ValueError(f"lane {text!r} is not <pair>/<{'|'.join(DIRECTIONS)}>")
