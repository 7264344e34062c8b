"""What the service for orders says and does besides: see shoplib/habits.py."""

from typing import Final

from shoplib.habits import Habits, Job, exhausted, passing, unexpected

HABITS: Final = Habits(
    seldom=3.0,
    debug=(
        "parallel quotes: {few} awaited",
        "discount code of order {id} is empty",
        "order {id} pinned to partition {few}",
        "rounding left {pct} cents on {few} lines",
        "order draft {id} opened with {few} lines",
        "price check of {sku}: {amount} {cur}",
        "saga step {few} of {call} entered",
        "idempotency key {hex} is new",
        "tax rule {few} applies to {region}",
        "order total {amount} {cur} below the limit of {amount2}",
        "address normalised to {region}/{hex}",
    ),
    slow=(
        "{call} took {took} ms more than planned between two steps",
        "order {id} waited {took} ms for its turn, {few} ahead",
        "inventory hint for {sku} came late by {took} ms",
    ),
    failures=(
        *passing(
            "order lock {hex} is held by another request",
            "draining for rebalance of partition {few}, {n} orders open",
            "saga log is {n} entries behind, {call} postponed",
        ),
        *exhausted(
            "order rate of {region} is over its limit of {n} a minute",
        ),
        *unexpected(
            "saga {id} has a step {few} that nobody planned",
            "line of {sku} costs {amount}, its parts {amount2}",
        ),
    ),
    jobs=(
        Job(
            "order-reconcile",
            "reconciled {n} orders, {few} open, {took} ms",
            (
                "order {id} has been open for {s} s",
                "reconcile: {few} orders without a tracking id yet",
            ),
            "order {id} is in two partitions",
        ),
        Job(
            "saga-compact",
            "saga log compacted from {n} to {few} segments in {took} ms",
            ("saga segment {hex} still has a reader, kept",),
            "saga segment {hex} has checksum {hex2}, expected another",
        ),
        Job(
            "fraud-model",
            "fraud scores refreshed, model {hex}, {took} ms",
            (
                "fraud model {hex} is {s} minutes old",
                "fraud feature {few} missing for {n} orders",
            ),
            "fraud model {hex} gave score {pct} for an empty order",
        ),
    ),
)
