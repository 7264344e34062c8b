"""What the audit log's entries are in words, for people of every role. A client may say them in another language.

Sign-ins, tokens and users are left to the audit log, which is for admins.
"""

from collections.abc import Mapping
from string import Formatter
from typing import Any, Final

from accounts.models import AuditEntry
from common.errors import PLAIN

# By action; {actor} did it, the other names are of the entry's detail, and {subject} is what it was done to.
WORDS: Final[Mapping[str, str]] = {
    "campaign.aborted": "The campaign ended early: {reason}",
    "campaign.completed": "The campaign was completed",
    "campaign.create": "{actor} ordered the campaign {name} of {steps} steps",
    "campaign.failed": "The campaign failed: {reason}",
    "campaign.resume": "The campaign went on after {gap_s} s in which the platform was down",
    "campaign.running": "The campaign began",
    "campaign.step_done": "A step of the campaign was done",
    "campaign.step_failed": "A step of the campaign failed: {reason}",
    "campaign.step_skipped": "A step of the campaign was skipped: {reason}",
    "campaign.stop": "{actor} stopped the campaign",
    "campaign.stopped": "The campaign was stopped: {reason}",
    "campaign.stopping": "The campaign is being ended: {reason}",
    "dataset.cancel": "{actor} cancelled the making of the dataset {subject}",
    "dataset.cancelled": "The making of the dataset {subject} ended without one",
    "dataset.create": "{actor} ordered the dataset {name}",
    "dataset.delete": "{actor} deleted the dataset {name}",
    "dataset.expire": "The dataset {name} was deleted, being older than {keep_days} days",
    "dataset.failed": "The dataset {subject} could not be made: {error}",
    "dataset.import": "{actor} imported the dataset {name}",
    "dataset.keep": "{actor} marked the dataset {subject} to keep, or no longer",
    "dataset.notes": "{actor} changed the notes on the dataset {subject}",
    "dataset.ready": "The dataset {subject} is ready",
    "emergency_stop.release": "{actor} released the emergency stop of {stopped_by}",
    "emergency_stop.start": "{actor} pressed the emergency stop: {reason}",
    "event.create": "{actor} began a {kind} of {service}",
    "event.ended": "The event is over",
    "event.failed": "The event failed: {error}",
    "event.running": "The event is under way",
    "event.stop": "{actor} stopped the event",
    "experiment.create": "{actor} planned the experiment {name}",
    "experiment.delete": "{actor} deleted the experiment {name}",
    "experiment.finish": "The experiment is over",
    "experiment.pause": "{actor} paused the experiment",
    "experiment.resume": "{actor} resumed the experiment",
    "experiment.skip": "The experiment was skipped: {reason}",
    "experiment.stop": "{actor} stopped the experiment",
    "experiment.update": "{actor} changed the experiment {name}: {changed}",
    "injection.active": "The fault took hold",
    "injection.applying": "The fault is being applied",
    "injection.create": "{actor} injected {kind} into {pods}",
    "injection.failed": "The fault failed: {error}",
    "injection.recovered": "The fault is gone",
    "injection.recovering": "The fault is being ended",
    "injection.recovery_failed": "The pods did not recover from the fault: {error}",
    "injection.settled": "The true times of the fault became known",
    "injection.stop": "{actor} stopped the fault",
    "label.effect": "On {pod}, the effect of the fault is {effect}",
    "pod.quarantine": "{pods} did not recover and take no faults: {reason}",
    "quarantine.clear": "{actor} let {subject} have faults again",
    "saved_campaign.create": "{actor} saved the campaign {name}",
    "saved_campaign.delete": "{actor} deleted the saved campaign {name}",
    "saved_campaign.update": "{actor} changed the saved campaign {name}: {changed}",
    "system.load_set": "{actor} set the load to {rate} requests a second",
    "system.pod_recreate": "{actor} had {subject} made anew",
}
HIDDEN: Final = ("session.", "token.", "user.")


def readable(entry: AuditEntry) -> str:
    text = WORDS.get(entry.action, "{actor}: {action} {subject}")
    return _Lenient().format(text, **params(entry))


def params(entry: AuditEntry) -> dict[str, Any]:
    """What the words are filled with."""
    own = {"actor": entry.actor_name, "action": entry.action, "subject": entry.subject}
    return {name: _plain(value) for name, value in entry.detail.items()} | own


def _plain(value: Any) -> Any:
    """As a client of the API finds it in a sentence's parameters: a text, a number, true or false, or null."""
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    return value if isinstance(value, PLAIN) else str(value)


class _Lenient(Formatter):
    """Entries that older versions wrote may lack a name; that must not hide what happened."""

    def get_value(self, key: int | str, args: Any, kwargs: Mapping[str, Any]) -> Any:
        return kwargs.get(str(key), "?")
