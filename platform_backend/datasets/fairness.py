"""Builds of one worker at the same time: each gets as much of the machine as any other."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import Condition
from typing import Any, Final

from dataset_builder.formats.base import Chunk, Export, Format, Part


class Cores:
    """`count` parts may be made at once; no build makes more than its even share, rounded up."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._changed = Condition()
        self._members: set[Member] = set()

    @contextmanager
    def member(self) -> Iterator["Member"]:
        """A build, while it runs."""
        member = Member(self)
        with self._changed:
            self._members.add(member)
        try:
            yield member
        finally:
            with self._changed:
                self._members.discard(member)
                self._changed.notify_all()

    @contextmanager
    def core(self, member: "Member") -> Iterator[None]:
        with self._changed:
            self._changed.wait_for(lambda: self._has_room(member))
            member.used += 1
        try:
            yield
        finally:
            with self._changed:
                member.used -= 1
                self._changed.notify_all()

    def _has_room(self, member: "Member") -> bool:
        share = -(-self.count // max(1, len(self._members)))
        return member.used < share and sum(each.used for each in self._members) < max(self.count, len(self._members))


class Member:
    def __init__(self, cores: Cores) -> None:
        self._cores = cores
        self.used = 0

    def limited(self, kind: Format) -> Format:
        return Limited(kind, self)

    def make(self, part: Part) -> Iterator[Chunk]:
        """As the part makes it, once there is a core; it is free again when the last chunk has been dealt with."""
        with self._cores.core(self):
            yield from part.make()


@dataclass(frozen=True)
class Limited:
    """A format whose parts wait for their share of the cores."""

    kind: Format
    member: Member

    @property
    def name(self) -> str:
        return self.kind.name

    @property
    def complete(self) -> bool:
        return self.kind.complete

    def facts(self, export: Export) -> Mapping[str, Any]:
        return self.kind.facts(export)

    def parts(self, export: Export) -> Iterator[Part]:
        for part in self.kind.parts(export):
            yield replace(part, make=self._waiting(part))

    def _waiting(self, part: Part) -> Callable[[], Iterable[Chunk]]:
        return lambda: self.member.make(part)


CORES: Final = Cores(len(os.sched_getaffinity(0)))
