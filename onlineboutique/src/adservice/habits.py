"""What the service for advertisements says and does besides: see shoplib/habits.py."""

from typing import Final

from shoplib.habits import Habits, Job, exhausted, passing, unexpected

HABITS: Final = Habits(
    seldom=1.0,
    debug=(
        "keyword {hex} expanded to {few} synonyms",
        "ad slot {few} filled in {ms} us",
        "campaign {hex} skipped, paused until generation {n}",
        "second price {amount} USD in auction {id}",
        "{few} campaigns fit, {hex} chosen by weight {pct}",
        "ad index lookup in shard {few} took {few2} probes",
        "context words hashed to {hex}",
        "frequency cap of campaign {hex}: {n} of {n2} shown",
        "impression {id} recorded for {sku}",
        "bid floor for {region} is {amount} USD",
    ),
    slow=(
        "ad index shard {few} answered after {took} ms, expected 20",
        "executor queue has {n} tasks; {call} waited {took} ms",
        "allocation stall of {took} ms while serving {call}",
    ),
    failures=(
        *passing(
            "ad index shard {few} is being swapped, generation {n}",
            "executor rejected {call}: queue of {n} is full",
            "lease on campaign set {hex} expired {ms} ms ago",
        ),
        *exhausted(
            "{region} has used {pct} % of its ad budget for this minute",
        ),
        *unexpected(
            "campaign {hex} has weight {pct} in a set that sums to less",
            "creative {id} has no text in locale {few}",
        ),
    ),
    jobs=(
        Job(
            "index-rebuild",
            "ad index rebuilt: {n} campaigns, {few} shards, {took} ms",
            (
                "ad index rebuild: campaign {hex} ends before it starts, left out",
                "ad index rebuild: {few} creatives without a picture",
            ),
            "ad index rebuild: generation {n} is older than the one in use",
        ),
        Job(
            "budget-sync",
            "budgets synchronised for {few} regions in {took} ms",
            (
                "budget of {region} is {pct} % above plan",
                "budget sync with {ip}:{port} timed out after {ms} ms, trying again",
            ),
            "budget ledger {hex} does not add up: {amount} against {amount2}",
        ),
        Job(
            "impression-flush",
            "{n} impressions flushed to segment {hex} in {took} ms",
            ("impression segment {hex} was full, {n} carried over",),
            "impression segment {hex} has {n} entries, its header says {n2}",
        ),
    ),
)
