"""What the service for the web front says and does besides: see shoplib/habits.py."""

from typing import Final

from shoplib.habits import Habits, Job, exhausted, passing, unexpected

HABITS: Final = Habits(
    seldom=0.4,
    debug=(
        "assets pushed to {ip}: {few} of {few2}",
        "currency menu built for {region}",
        "breadcrumb of {call} has {few} parts",
        "canary bucket {few} for visitor {hex}",
        "session {hex} seen again from {ip}",
        "template cache hit for {call}, {kb} bytes saved",
        "cookie of {ip} carries {few} fields",
        "rendering {call} with {few} boxes",
        "accept-language of {ip} resolved to one of {few} catalogues",
        "keep-alive connection {port} has served {n} requests",
        "feature set {hex} applies to {call}",
        "etag {hex} of {call} does not match",
        "variant {few} of the home page for visitor {hex}",
    ),
    slow=(
        "{call} took {took} ms longer than its budget; waiting for a free renderer",
        "slow visitor {ip}: body of {kb} bytes came in {few} pieces, {took} ms",
        "rendering of {call} held up for {took} ms by template reload {hex}",
        "{call} waited {took} ms for session store slot {few}",
    ),
    failures=(
        *passing(
            "session {hex} is locked by another request of {ip}",
            "no renderer free for {call} after {ms} ms, {n} waiting",
            "too many open pages for visitor {hex}: {n}",
        ),
        *exhausted(
            "render queue limit {n} reached, shedding {call}",
        ),
        *unexpected(
            "session {hex} has a visitor but no start",
            "template fragment {hex} rendered {few} times its own size",
        ),
    ),
    jobs=(
        Job(
            "session-sweep",
            "swept {n} sessions older than 48 h in {took} ms",
            (
                "session sweep skipped {few} sessions still in use by {ip}",
                "session sweep found {n} cookies signed by the key before the last",
            ),
            "session sweep: bucket {hex} changed while it was read",
        ),
        Job(
            "asset-digest",
            "digests of {few} assets checked in {took} ms, {kb} kB",
            ("asset digest {hex} differs from the manifest, read again",),
            "asset manifest {hex} names {few} files twice",
        ),
        Job(
            "visitor-stats",
            "visitor statistics flushed: {n} pages, {n2} visitors, {took} ms",
            (
                "visitor statistics delayed: collector window {hex} still open",
                "visitor statistics: {n} samples dropped at the end of the window",
            ),
            "visitor statistics: window {hex} ends before it begins",
        ),
    ),
)
