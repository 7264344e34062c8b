"""What the service for confirmations says and does besides: see shoplib/habits.py."""

from typing import Final

from shoplib.habits import Habits, Job, exhausted, passing, unexpected

HABITS: Final = Habits(
    seldom=3.0,
    debug=(
        "locale {region} falls back to english",
        "subject line has {n} characters",
        "outbox slot {few} taken by {hex}",
        "unsubscribe token {hex} signed",
        "template order.html rendered in {few} ms, {kb} bytes",
        "recipient domain checked, mx {ip}",
        "message id <{hex}@shop.local> assigned",
        "attachment invoice-{hex}.pdf skipped for {region}",
        "outbox holds {few} messages",
        "dkim selector s{few} signs {hex}",
    ),
    slow=(
        "{call}: smtp greeting of {ip} came {took} ms late",
        "template environment reloaded, {call} waited {took} ms",
        "dns answer for the recipient's domain took {took} ms",
    ),
    failures=(
        *passing(
            "smtp relay {ip}:{port} answered 421, try again later",
            "outbox is being compacted, {n} messages waiting",
            "smtp session {hex} closed by the relay",
        ),
        *exhausted(
            "relay allows {n} messages a minute, all used",
        ),
        *unexpected(
            "message <{hex}@shop.local> has {few} bodies",
            "template variable line_{few} is undefined",
        ),
    ),
    jobs=(
        Job(
            "outbox-flush",
            "outbox flushed: {n} delivered, {few} deferred, {took} ms",
            (
                "message to {hex}@example.com bounced: 550 5.1.1 unknown user",
                "relay {ip} greylisted {few} messages for {s} s",
            ),
            "outbox index {hex} points behind the end of the file",
        ),
        Job(
            "bounce-report",
            "bounce report: {pct} % of {n} messages, {took} ms",
            ("{few} addresses bounced more than twice",),
            "bounce report: message {hex} was never sent",
        ),
        Job(
            "template-lint",
            "{few} mail templates checked in {took} ms",
            ("mail template variant {few} has no text part",),
            "mail template {hex} includes itself",
        ),
    ),
)
