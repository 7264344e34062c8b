"""What the service for quotes and parcels says and does besides: see shoplib/habits.py."""

from typing import Final

from shoplib.habits import Habits, Job, exhausted, passing, unexpected

HABITS: Final = Habits(
    seldom=3.0,
    debug=(
        "address hash {hex} known since {s} days",
        "surcharge of {carrier} is {amount}",
        "cut-off of depot {hex} in {s} min",
        "box size {few} fits {few2} pieces",
        "zone of {region} is {few}",
        "{few} parcels, volume weight {pct} kg",
        "tariff {hex} of {carrier} applies",
        "pickup window {few} of depot {hex}",
        "label {id} reserved",
        "postcode {n} belongs to depot {hex}",
    ),
    slow=(
        "{carrier} quoted after {took} ms, usual 10",
        "{call} waited {took} ms for a tariff reload",
        "depot {hex} confirmed {took} ms late",
    ),
    failures=(
        *passing(
            "{carrier} gateway {ip}:{port} refused the connection",
            "tariffs of {carrier} are being replaced, revision {hex}",
            "label printer queue {few} is paused",
        ),
        *exhausted(
            "{carrier} allows {n} labels a minute",
        ),
        *unexpected(
            "tariff {hex} has a weight step of {amount} below zero",
            "label {id} was given to two parcels",
        ),
    ),
    jobs=(
        Job(
            "tariff-sync",
            "tariffs of {carrier} synchronised: {n} zones, {took} ms",
            (
                "tariff of {carrier} for {region} rose by {pct} %",
                "{carrier} sent {few} zones without a price, old ones kept",
            ),
            "tariffs of {carrier}: zone {n} is listed twice",
        ),
        Job(
            "tracking-poll",
            "tracking of {n} parcels polled, {few} delivered, {took} ms",
            (
                "parcel {hex} has not moved for {s} h",
                "{carrier} answered {few} of {n} tracking requests",
            ),
            "parcel {hex} was delivered before it was sent",
        ),
        Job(
            "manifest-close",
            "manifest {hex} closed with {n} parcels in {took} ms",
            ("manifest {hex} is short of {few} parcels",),
            "manifest {hex} was closed already",
        ),
    ),
)
