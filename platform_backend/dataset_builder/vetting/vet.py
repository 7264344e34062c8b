"""Look at each normal time of an export, whatever its knobs take away."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from dataset_builder.files import Progress
from dataset_builder.formats.base import NEUTRAL, Export
from dataset_builder.labels import Vetted
from dataset_builder.vetting import calls, limits, machine
from dataset_builder.vetting.judge import Seen, judge
from dataset_builder.vetting.steps import Steps
from dataset_builder.window_pieces import Piece, Wanted, pieces, reduced


def vet(export: Export, gaps: Sequence[Mapping[str, Any]], progress: Progress) -> Vetted:
    """Read spans and samples of machines once, in two threads. `gaps`: as the manifest has them."""
    steps = Steps.within(export.normal)
    everything = replace(export, knobs=NEUTRAL)
    found = calls.Calls(steps)
    spans = _touching(everything, Wanted("spans", calls.COLUMNS), steps)
    for part in reduced(spans, lambda rows: found.reduce(rows.whole)):
        found.add(part)
        progress()
    nodes = []
    samples = _touching(everything, Wanted("samples", machine.COLUMNS, machine.METRICS), steps)
    for rows in reduced(samples, lambda rows: machine.reduce(rows.whole)):
        nodes.append(rows)
        progress()
    seen = Seen(steps=steps, calls=found, machine=machine.machine(nodes, steps), gaps=gaps)
    return Vetted(times=judge(seen, export.normal), step_s=steps.length_s, limits=limits.record())


def _touching(export: Export, wanted: Wanted, steps: Steps) -> list[Piece]:
    return [piece for piece in pieces(export, wanted) if steps.touch(piece.start, piece.end)]
