"""What the service for conversions says and does besides: see shoplib/habits.py."""

from typing import Final

from shoplib.habits import Habits, Job, exhausted, passing, unexpected

HABITS: Final = Habits(
    seldom=0.3,
    debug=(
        "symbol of {cur} looked up",
        "minor units of {cur2}: {few}",
        "request {hex} from {ip} decoded in {ms} us",
        "rate path for {cur} has {few} hops",
        "rate {cur}/{cur2} from snapshot {hex}",
        "conversion of {amount} {cur} rounded down",
        "snapshot {hex} is {s} s old",
        "rate table has {n} entries, generation {few}",
        "decimal context precision {few} in use",
        "cross rate {cur}->{cur2} via EUR",
        "memo hit ratio {pct} %",
    ),
    slow=(
        "event loop lagged {took} ms before {call}",
        "rate lookup for {cur} waited {took} ms for snapshot {hex}",
        "slow conversion to {cur}: {took} ms",
    ),
    failures=(
        *passing(
            "rate snapshot {hex} is being replaced",
            "worker {few} is restarting after {n} conversions",
            "rates of {cur} are locked for update, attempt {few}",
        ),
        *exhausted(
            "conversion limit of {n} a second reached for {ip}",
        ),
        *unexpected(
            "rate of {cur} in snapshot {hex} is not a number",
            "memo entry {hex} belongs to {cur}, not to {cur2}",
        ),
    ),
    jobs=(
        Job(
            "rates-refresh",
            "rates refreshed from feed {hex}: {n} currencies, {took} ms",
            (
                "rates feed timed out after {ms} ms, using snapshot {hex}",
                "rate of {cur} moved by {pct} % since the last snapshot",
                "rates feed {hex} lists {few} unknown currencies",
            ),
            "rates feed {hex}: line {n} has {few} columns",
        ),
        Job(
            "memo-trim",
            "conversion memo trimmed from {n} to {few} entries in {took} ms",
            ("conversion memo is {pct} % full",),
            "conversion memo counts {n} entries, its index {n2}",
        ),
        Job(
            "loop-check",
            "event loop delay over {s} s: median {few} ms, {took} ms to measure",
            ("event loop delay peaked at {ms} ms",),
            "event loop clock went back by {ms} ms",
        ),
    ),
)
