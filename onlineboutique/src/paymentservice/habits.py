"""What the service for charges says and does besides: see shoplib/habits.py."""

from typing import Final

from shoplib.habits import Habits, Job, exhausted, passing, unexpected

HABITS: Final = Habits(
    seldom=3.0,
    debug=(
        "card range {n} belongs to issuer {hex}",
        "velocity of token {hex}: {few} in {s} s",
        "currency exponent of {cur} is {few}",
        "receipt {id} written, {kb} bytes",
        "luhn check passed for card ending {n}",
        "acquirer route {few} chosen for {cur}",
        "3-D Secure not required below {amount} {cur}",
        "authorisation {id} requested",
        "token vault hit for {hex}",
        "risk score {pct} for {region}",
    ),
    slow=(
        "acquirer {few} answered {call} after {took} ms, soft limit 40",
        "token vault lookup took {took} ms",
        "{call} queued {took} ms behind settlement {hex}",
    ),
    failures=(
        *passing(
            "acquirer {few} reports code 96, system malfunction",
            "hsm slot {few} is busy, session {hex}",
            "settlement {hex} holds the ledger, {call} not begun",
        ),
        *exhausted(
            "acquirer {few} allows {n} authorisations a minute",
        ),
        *unexpected(
            "authorisation {id} came back for another amount: {amount}",
            "ledger entry {hex} has no counterpart",
        ),
    ),
    jobs=(
        Job(
            "settlement",
            "settled batch {hex}: {n} charges, {amount} {cur}, {took} ms",
            (
                "settlement batch {hex}: {few} charges held for review",
                "acquirer {few} closes its day in {s} s, batch {hex} waits",
            ),
            "settlement batch {hex} differs by {amount} {cur}",
        ),
        Job(
            "key-rotation",
            "key {hex} rotated, {few} keys kept, {took} ms",
            ("key {hex} expires in {s} days",),
            "key {hex} has a successor but no end",
        ),
        Job(
            "bin-update",
            "card ranges updated: {n} ranges, revision {hex}, {took} ms",
            (
                "card range {n} overlaps {n2}",
                "card ranges revision {hex} is not newer than the one in use",
            ),
            "card ranges revision {hex} is empty",
        ),
    ),
)
