"""Every kind of event with its parameters: the one source of validation, API schema and forms."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from common.parameters import Parameter, integer, number, string


@dataclass(frozen=True, slots=True)
class Kind:
    name: str
    title: str
    help: str
    parameters: tuple[Parameter, ...] = ()
    lasts: bool = False  # for the duration that is asked for; others take the time they take
    restarts: bool = False  # each pod is away for a moment
    changes_pods: bool = True  # they take no fault meanwhile


PAUSE: Final = number("pause_s", 0, 600, 2, "Between a pod that is ready again and the next one.", "s")

_KINDS: Final = (
    Kind(
        "rolling-restart",
        "Rolling restart",
        "The pods of a service are made anew, one after the other.",
        (PAUSE,),
        restarts=True,
    ),
    Kind(
        "deploy",
        "Deploy a new version",
        "A rolling restart after which the pods are of another version.",
        (PAUSE, string("version", "Of the service; empty: the next one.", default="", longest=40)),
        restarts=True,
    ),
    Kind(
        "scale",
        "Scale up or down",
        "Another number of pods for a while, and then as many as before.",
        (integer("replicas", 1, 5, None, "How many pods there are meanwhile."),),
        lasts=True,
    ),
    Kind("cache-flush", "Flush a cache", "All that a store holds is gone; it goes on without."),
    Kind(
        "backup",
        "Back up a store",
        "Reads, packs, writes and verifies what is in a store's files, again and again, by the pod's own means.",
        lasts=True,
    ),
    Kind(
        "load-surge",
        "Load surge",
        "Many times the visitors for a while.",
        (number("factor", 1.1, 10, 2, "Of the load that is set."),),
        lasts=True,
        changes_pods=False,
    ),
)
CATALOGUE: Final[Mapping[str, Kind]] = MappingProxyType({kind.name: kind for kind in _KINDS})
