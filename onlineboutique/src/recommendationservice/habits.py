"""What the service for recommendations says and does besides: see shoplib/habits.py."""

from typing import Final

from shoplib.habits import Habits, Job, exhausted, passing, unexpected

HABITS: Final = Habits(
    seldom=1.0,
    debug=(
        "filtered {few} products already seen",
        "seed product {sku} has {n} neighbours",
        "diversity of the answer is {pct}",
        "cold start for visitor {hex}, prior {few}",
        "candidate set of {n} reduced to {few}",
        "visitor {hex} has {few} recent products",
        "similarity {sku}~{sku2} is {pct}",
        "model {hex} scored {n} pairs",
        "popularity prior of {sku}: {pct}",
        "explore arm {few} drawn",
    ),
    slow=(
        "model {hex} scored {call} in {took} ms, budget 30",
        "feature store answered {took} ms late for visitor {hex}",
        "{call} waited {took} ms behind a model swap",
    ),
    failures=(
        *passing(
            "model {hex} is being swapped",
            "feature store shard {few} is not ready",
            "scoring pool has no free worker ({n} waiting)",
        ),
        *exhausted(
            "visitor {hex} asks {n} times a minute",
        ),
        *unexpected(
            "model {hex} returned {n} scores for {n2} products",
            "similarity matrix has {n} rows and {n2} columns",
        ),
    ),
    jobs=(
        Job(
            "model-refresh",
            "model {hex} refreshed on {n} visits, loss {pct}, {took} ms",
            (
                "model {hex} is no better than the last: {pct} against {pct2}",
                "model refresh left out {few} products with fewer than {few2} views",
            ),
            "model {hex} diverged after {n} steps",
        ),
        Job(
            "feature-sync",
            "features of {n} products synchronised in {took} ms",
            (
                "features of {sku} are {s} minutes old",
                "feature sync: {few} products unknown to the catalogue",
            ),
            "feature vector of {sku} has {n} entries, expected {n2}",
        ),
        Job(
            "ab-report",
            "experiment {hex}: arm A {pct} %, arm B {pct2} %, {took} ms",
            ("experiment {hex} has {n} visitors in both arms",),
            "experiment {hex} has {n} visitors in no arm",
        ),
    ),
)
