"""What the service for the catalogue says and does besides: see shoplib/habits.py."""

from typing import Final

from shoplib.habits import Habits, Job, exhausted, passing, unexpected

HABITS: Final = Habits(
    seldom=0.3,
    debug=(
        "field mask of {call} keeps {few} fields",
        "price list {hex} valid for {s} s",
        "stock hint of {sku}: {n} pieces",
        "synonyms of token {hex}: {few}",
        "product {sku} served from page {few} of the cache",
        "catalogue revision {hex} in use",
        "search tokens: {few}, candidates {n}",
        "picture of {sku} has {kb} kB",
        "read lock taken {few} times by {call}",
        "bloom filter says {pct} % for {hex}",
        "category tree depth {few}",
    ),
    slow=(
        "{call} waited {took} ms for the catalogue's read lock",
        "cold page of the catalogue read in {took} ms",
        "slow query on the catalogue: {took} ms, plan {hex}",
    ),
    failures=(
        *passing(
            "catalogue revision {hex} is being loaded",
            "read replica {ip}:{port} is {ms} ms behind",
            "catalogue lock is held by reload {hex}",
        ),
        *exhausted(
            "{ip} reads the catalogue more than {n} times a second",
        ),
        *unexpected(
            "product {sku} occurs twice in revision {hex}",
            "cache page {few} belongs to revision {hex}",
        ),
    ),
    jobs=(
        Job(
            "reload",
            "catalogue reloaded: {n} products, revision {hex}, {took} ms",
            (
                "catalogue file changed while it was read, reading again",
                "product {sku} has {few} categories that no page shows",
                "catalogue revision {hex} equals the one before",
            ),
            "catalogue revision {hex}: product at {n} has no price",
        ),
        Job(
            "search-index",
            "search index rebuilt: {n} terms in {took} ms",
            ("search term {hex} matches {pct} % of the products, left out",),
            "search index {hex} is missing term {n}",
        ),
        Job(
            "cache-report",
            "cache: hit ratio {pct} %, {n} pages, {kb} kB, {took} ms",
            ("cache evicted {n} pages in {s} s",),
            "cache accounts for {n} pages, the list has {n2}",
        ),
    ),
)
