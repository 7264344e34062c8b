"""Build what was asked for: wait until the window is complete, then write it."""

import time
from collections import Counter
from typing import Final

from common.registry import load_adapter
from dataset_builder.build import Built, Order, build
from dataset_builder.formats import FORMATS
from dataset_builder.knobs import Knobs
from dataset_builder.labels import MICROSECONDS, in_window, refuse_open, refuse_unchecked, unchecked
from datasets import sources
from datasets.fairness import CORES
from datasets.models import Dataset, Phase
from datasets.services.outcome import Outcome
from datasets.storage import RESULT, Work
from datasets.watch import Watch
from telemetry.records import Window

# A span has the time of its start but is sent after its end: the shop's longest deadline is 5 s, the services
# send each second, the collector flushes twice a second.
LATE_ALLOWANCE_S: Final = 7.0
# Effects are checked some ten seconds after a fault's end; without telemetry they stay unknown after two minutes.
EFFECTS_WAIT_S: Final = 150.0
LOOK_EVERY_S: Final = 1.0


def make(dataset: Dataset, work: Work, watch: Watch) -> Outcome:
    watch.enter(Phase.WAITING)
    _settle(dataset.window, watch)
    _await_effects(dataset.window, watch)
    order = _order(dataset)
    built = _build(order, work, watch)
    return Outcome(
        folder=work.path / RESULT,
        digest=built.digest,
        size=built.size,
        tables={str(table): rows for table, rows in built.counts.tables.items()},
        metrics=built.counts.metrics,
        faults=Counter(each.kind for each in in_window(order.injections, order.window)),
    )


def _build(order: Order, work: Work, watch: Watch) -> Built:
    """In threads of low priority, which share the machine evenly with those of other builds."""
    kind = load_adapter("datasets", order.kind, FORMATS)()
    watch.enter(Phase.WRITING)
    with CORES.member() as member:
        return watch.run(
            lambda: build(
                order,
                member.limited(kind),
                work=work.path,
                into=work.path / RESULT,
                progress=watch,
                threads=CORES.count,
            )
        )


def _order(dataset: Dataset) -> Order:
    window = dataset.window
    found = sources.injections(window)
    refuse_open(found, window)
    refuse_unchecked(found, window)
    return sources.order(
        name=dataset.name,
        kind=dataset.format,
        window=window,
        injections=found,
        knobs=Knobs.from_record(dataset.knobs),
    )


def _settle(window: Window, watch: Watch) -> None:
    """Wait until the window's last rows have reached the store."""
    settled = window.end / MICROSECONDS + LATE_ALLOWANCE_S
    watch.pause(min(settled - time.time(), LATE_ALLOWANCE_S))


def _await_effects(window: Window, watch: Watch) -> None:
    """Wait until the effects of the window's faults are checked, as long as that may take."""
    deadline = time.monotonic() + EFFECTS_WAIT_S
    while unchecked(sources.injections(window), window) and time.monotonic() < deadline:
        watch.pause(LOOK_EVERY_S)
