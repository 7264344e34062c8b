"""What the service for carts says and does besides: see shoplib/habits.py."""

from typing import Final

from shoplib.habits import Habits, Job, exhausted, passing, unexpected

HABITS: Final = Habits(
    seldom=1.0,
    debug=(
        "merge of carts {hex} and {hex2} not needed",
        "store node {ip}:{port} chosen for slot {n}",
        "quantity of {sku} is now {few}",
        "serializer buffer {few} reused, {kb} bytes",
        "cart key slot {n} resolved in {few} steps",
        "pool: {few} connections idle, {few2} in use",
        "cart payload of {kb} bytes decoded for {call}",
        "script {hex} is in the cache of the store",
        "pipeline of {few} commands sent",
        "cart {hex} touched, expires in {n} s",
        "optimistic version {n} of cart {hex} accepted",
    ),
    slow=(
        "{call} waited {took} ms for a store connection",
        "store answered {call} after {took} ms, threshold 50",
        "thread pool grew to {few} workers after {took} ms of starvation",
        "write of cart {hex} was retried by the client, {took} ms",
    ),
    failures=(
        *passing(
            "store connection {hex} was reset while {call} waited",
            "store is loading its append-only file, {pct} % done",
            "failover of shard {few} in progress, epoch {n}",
            "no connection free after {ms} ms ({n} waiting)",
        ),
        *exhausted(
            "cart {hex} is being written by {few} clients",
        ),
        *unexpected(
            "cart {hex} holds {n} pieces under a negative version",
            "reply of {kb} bytes does not end where it should",
        ),
    ),
    jobs=(
        Job(
            "expiry-scan",
            "expiry scan: {n} keys visited, {few} carts expired, {took} ms",
            (
                "expiry scan stopped after {n} keys, budget of {ms} ms used up",
                "expiry scan met {few} keys without a time to live",
            ),
            "expiry scan: cursor {n} came back twice",
        ),
        Job(
            "pool-check",
            "connection pool checked: {few} of {few2} healthy, {took} ms",
            (
                "connection {hex} idle for {s} s was closed by the store",
                "ping of connection {hex} took {ms} ms",
            ),
            "connection {hex} is both idle and in use",
        ),
        Job(
            "cart-metrics",
            "cart sizes: median {few}, largest {n}, {took} ms",
            ("cart {hex} has {n} lines, more than the page shows",),
            "histogram of cart sizes has {n} entries for {n2} carts",
        ),
    ),
)
