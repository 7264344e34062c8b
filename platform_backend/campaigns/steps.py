"""What a campaign's current step does next. Asks the system, telemetry and faults; writes nothing of campaigns."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import IntegrityError

from campaigns import selectors
from campaigns.health import health, violations
from campaigns.models import Campaign, State, Step, StepState
from campaigns.planner import pause_before, pick
from common.errors import Conflict, Unavailable, UserError
from events import services as events
from events.models import State as EventState
from events.services import EventRequest
from faults import services as faults
from faults import targets
from faults.models import Injection
from faults.models import State as InjectionState
from faults.services import Origin
from faults.targets import InjectionRequest
from systems import selectors as systems
from systems import services as system_services

# The check itself gives up earlier; only when it does not run at all a step goes on with its effect unknown.
EFFECT_LIMIT: Final = timedelta(seconds=150)
# A fault of a group that can't be ordered for so long, or whose time has passed for so long, is not ordered any more.
GROUP_PATIENCE: Final = timedelta(seconds=10)
# Pods that are made anew, but not well by then, need somebody to look after them.
RECREATE_LIMIT: Final = timedelta(seconds=120)
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
RESTARTED: Final = "the system was restarted and warms up"
STOPPED: Final = "its injection was stopped before its time"


@dataclass(frozen=True, slots=True)
class Outcome:
    """`to`: the step's next state, None: it stays. `ending`: the campaign ends this way, for the same reason."""

    to: StepState | None = None
    reason: str = ""
    ending: State | None = None
    quiet_until: datetime | None = None  # no fault before


def next_move(campaign: Campaign, step: Step, now: datetime) -> Outcome:
    """Raises nothing that a user could cause; what is out of reach is a reason to wait."""
    return MOVES[StepState(step.state)](campaign, step, now)


def _pending(campaign: Campaign, step: Step, now: datetime) -> Outcome:
    first = selectors.first_of_group(step)
    if first != step:
        return _following(step, first, now)
    if not _may_begin(campaign, now):
        return Outcome()
    try:
        return Outcome(StepState.WAITING_STEADY) if _is_warm(campaign, now) else Outcome(reason=RESTARTED)
    except Unavailable:  # from here on there is a limit to it
        return Outcome(StepState.WAITING_STEADY)


def _following(step: Step, first: Step, now: datetime) -> Outcome:
    """Begins so long after the first of its group, or not at all: what follows nothing is no cascade."""
    if first.state in (StepState.PENDING, StepState.WAITING_STEADY):
        return Outcome()
    injection = selectors.injection_of(first.id)
    if injection is None:
        without = f"{first.fault} on {first.service}, with which it was to begin, did not"
        return Outcome() if first.is_open else Outcome(StepState.SKIPPED, without)
    begun = injection.started_at if step.after_s else injection.requested_at
    if injection.stop_requested or (begun is None and not injection.is_open):
        return Outcome(StepState.SKIPPED, f"{first.fault} on {first.service}, which it was to follow, ended early")
    if begun is None or now < (due := begun + timedelta(seconds=step.after_s)):
        return Outcome()
    if now > due + GROUP_PATIENCE:
        return Outcome(StepState.SKIPPED, f"its time, {step.after_s:g} s after the first of its group, had passed")
    return Outcome(StepState.INJECTING)


def _may_begin(campaign: Campaign, now: datetime) -> bool:
    return campaign.quiet_until is None or now >= campaign.quiet_until


def _is_warm(campaign: Campaign, now: datetime) -> bool:
    """Not so when all of the system was restarted during the campaign, be it faster than our looks could miss it."""
    started = [pod.started for pod in systems.pods() if pod.started is not None]
    if not started or campaign.started_at is None or min(started) <= _microseconds(campaign.started_at):
        return True
    return _microseconds(now) >= min(started) + round(pause_before(campaign.file, 0) * 1e6)


def _waiting(campaign: Campaign, step: Step, now: datetime) -> Outcome:
    if not _may_begin(campaign, now):
        return Outcome()
    if blocked := selectors.emergency_stop(campaign.started_at):
        return Outcome(StepState.SKIPPED, blocked, State.ABORTED)
    try:
        if not _is_warm(campaign, now):
            return Outcome(reason=RESTARTED)
        _keep_load(campaign)
        found = _obstacles(campaign, step, now)
        examined = _examined(step) if not found else None
    except Unavailable as error:
        found, examined = [error.message], None
    if examined and (errors := _messages(examined.errors)):
        return Outcome(StepState.FAILED, errors)
    if examined and (lasting := _messages(examined.lasting)):
        return Outcome(StepState.SKIPPED, lasting)
    found += [_messages(examined.passing)] if examined and _messages(examined.passing) else []
    if not found:
        return Outcome(StepState.INJECTING)
    if step.wait_until is not None and now >= step.wait_until:
        waited = f"not steady within {campaign.file.steady.wait:g} s: "
        return Outcome(StepState.SKIPPED, waited + "; ".join(found))
    return Outcome(reason="; ".join(found))


@dataclass(frozen=True, slots=True)
class _Examined:
    """What speaks against it: in itself, for now and later, and only just now."""

    errors: Mapping[str, Sequence[str]]
    lasting: Mapping[str, Sequence[str]]
    passing: Mapping[str, Sequence[str]]


def _examined(step: Step) -> _Examined:
    if step.is_event:
        return _Examined(events.examine(event_request_of(step)).errors, {}, {})
    found = targets.examine(request_of(step))
    return _Examined(found.errors, found.lasting, found.passing)


def _keep_load(campaign: Campaign) -> None:
    """Also after the system was restarted, or somebody changed it."""
    wanted = campaign.file.load
    if wanted is not None and systems.load() != wanted:
        system_services.load_set(rate=wanted, by=campaign.created_by)


def _obstacles(campaign: Campaign, step: Step, now: datetime) -> list[str]:
    steady = campaign.file.steady
    return violations(steady, health(window_s=steady.window, now=_microseconds(now)))


def _microseconds(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)


def request_of(step: Step) -> InjectionRequest:
    """Names the pod, so that what is examined and what is injected is the same."""
    pods = sorted(pod.name for pod in systems.pods() if pod.service == step.service)
    chosen = [pick(pods, step.draw)] if step.pods == "one" and pods else pods
    return InjectionRequest(
        kind=step.fault,
        pods=chosen,
        services=() if chosen else (step.service,),  # lets the message name the service that has no pods
        parameters=step.parameters,
        duration_s=step.duration_s,
        allow_last_replica=step.allow_last_replica,
    )


def event_request_of(step: Step) -> EventRequest:
    return EventRequest(
        kind=step.fault,
        service=step.service,
        parameters=step.parameters,
        duration_s=step.duration_s or None,
        allow_last_replica=step.allow_last_replica,
    )


def _messages(errors: Mapping[str, Sequence[str]]) -> str:
    return "; ".join(message for messages in errors.values() for message in messages)


def _injecting(campaign: Campaign, step: Step, now: datetime) -> Outcome:
    if step.is_event:
        return _happening(campaign, step, now)
    injection = selectors.injection_of(step.id)
    if injection is None:
        return _inject(campaign, step, now)
    if injection.state in (InjectionState.PLANNED, InjectionState.APPLYING):
        return Outcome()
    if injection.state != InjectionState.ACTIVE:
        return Outcome(StepState.RECOVERING, step.reason)
    if injection.stop_requested:
        return Outcome()
    return _watch(campaign, step, now, lambda: faults.injection_stop(injection_id=injection.id, by=None))


def _happening(campaign: Campaign, step: Step, now: datetime) -> Outcome:
    event = selectors.event_of(step.id)
    if event is None:
        return _begin_event(campaign, step, now)
    if not event.is_open:
        return Outcome(StepState.RECOVERING, step.reason)
    if event.stop_requested:
        return Outcome()
    return _watch(campaign, step, now, lambda: events.event_stop(event_id=event.id, by=None))


def _begin_event(campaign: Campaign, step: Step, now: datetime) -> Outcome:
    try:
        event = events.event_create(request=event_request_of(step), by=campaign.created_by, campaign_step=step.id)
    except IntegrityError:  # another worker was faster
        return Outcome()
    except (Conflict, Unavailable) as error:
        return _not_now(step, _text(error), now)
    except UserError as error:
        return Outcome(StepState.FAILED, _text(error))
    if not selectors.is_injecting(step.id):  # the campaign was stopped meanwhile
        events.event_stop(event_id=event.id, by=None)
    return Outcome()


def _inject(campaign: Campaign, step: Step, now: datetime) -> Outcome:
    try:
        injection = faults.injection_create(request=request_of(step), by=campaign.created_by, origin=origin_of(step))
    except IntegrityError:  # another worker was faster
        return Outcome()
    except (Conflict, Unavailable) as error:
        return _not_now(step, _text(error), now)
    except UserError as error:
        return Outcome(StepState.FAILED, _text(error))
    if not selectors.is_injecting(step.id):  # the campaign was stopped meanwhile: the fault must not outlive that
        faults.injection_stop(injection_id=injection.id, by=None)
    return Outcome()


def origin_of(step: Step) -> Origin:
    return Origin(campaign_step=step.id, group=step.group_id, after_s=step.after_s)


def _not_now(step: Step, why: str, now: datetime) -> Outcome:
    """The first of a group may wait for better times; what follows it may not."""
    if selectors.first_of_group(step) == step:
        return Outcome(StepState.WAITING_STEADY, why)
    if step.since is not None and now >= step.since + GROUP_PATIENCE:
        return Outcome(StepState.SKIPPED, f"could not begin in its time: {why}")
    return Outcome(reason=why)


def _text(error: UserError) -> str:
    return _messages(error.fields) or error.message


def _watch(campaign: Campaign, step: Step, now: datetime, end: Callable[[], object]) -> Outcome:
    """The stop conditions. `end` asks for the early end of what the step has begun."""
    if not campaign.file.stop:
        return Outcome()
    try:
        targeted = selectors.pods_hit_by(step)
    except Unavailable:
        return Outcome()
    for condition in campaign.file.stop:
        try:
            seen = health(window_s=condition.window, now=_microseconds(now))
        except Unavailable:  # nothing is known; the fault ends at its deadline in any case
            continue
        if found := violations(condition, seen, but=targeted):
            reason = "stop condition: " + "; ".join(found)
            if condition.then == "campaign":
                return Outcome(reason=reason, ending=State.ABORTED)
            end()
            return Outcome(reason=reason)
    return Outcome()


def _recovering(campaign: Campaign, step: Step, now: datetime) -> Outcome:
    if step.is_event:
        return _event_over(step, now)
    injection = selectors.injection_of(step.id)
    if injection is None:
        return Outcome(StepState.FAILED, "its injection is gone from the database")
    if injection.is_open:
        return Outcome()
    ended = injection.ended_at or now
    quiet_until = min(ended, now) + timedelta(seconds=selectors.pause_after(step))
    if injection.state == InjectionState.RECOVERY_FAILED:
        return _hurt(campaign, step, injection, quiet_until, now)
    if injection.state == InjectionState.FAILED:
        return Outcome(StepState.FAILED, injection.error, quiet_until=quiet_until)
    if not selectors.is_effect_checked(injection.id) and now < ended + EFFECT_LIMIT:
        return Outcome()
    return Outcome(StepState.COOLING, step.reason, quiet_until=quiet_until)


def _event_over(step: Step, now: datetime) -> Outcome:
    event = selectors.event_of(step.id)
    if event is None:
        return Outcome(StepState.FAILED, "its event is gone from the database")
    ended = now if event.end is None else EPOCH + timedelta(microseconds=event.end)
    quiet_until = min(ended, now) + timedelta(seconds=selectors.pause_after(step))
    if event.state == EventState.FAILED:
        return Outcome(StepState.FAILED, event.error, quiet_until=quiet_until)
    return Outcome(StepState.COOLING, step.reason, quiet_until=quiet_until)


def _hurt(campaign: Campaign, step: Step, injection: Injection, quiet_until: datetime, now: datetime) -> Outcome:
    """Its pods are not well. What follows would show that, too."""
    reason = f"it did not recover: {injection.recovery_detail or injection.error}"
    match campaign.file.on_recovery_failed:
        case "abort":
            return Outcome(StepState.FAILED, reason, State.ABORTED, quiet_until)
        case "continue":
            return Outcome(StepState.FAILED, reason, None, quiet_until)
    try:
        waiting = faults.hurt_pods_recreate(injection_id=injection.id)
    except Unavailable as error:
        waiting = [error.message]
    if not waiting:
        quiet_until = now + timedelta(seconds=max(selectors.pause_after(step), pause_before(campaign.file, 0)))
        return Outcome(StepState.FAILED, f"{reason}; made anew", None, quiet_until)
    since = injection.ended_at or step.since or now
    if now >= since + RECREATE_LIMIT:
        return Outcome(StepState.FAILED, f"{reason}; made anew, and still: {', '.join(waiting)}", State.ABORTED)
    return Outcome(reason=f"makes its pods anew: {', '.join(waiting)}")


def _cooling(campaign: Campaign, step: Step, now: datetime) -> Outcome:
    if not _may_begin(campaign, now):
        return Outcome()
    injection = selectors.injection_of(step.id)
    if injection is not None and injection.stop_requested:
        return Outcome(StepState.FAILED, step.reason or STOPPED)
    return Outcome(StepState.DONE, step.reason)


MOVES: Final[Mapping[StepState, Callable[[Campaign, Step, datetime], Outcome]]] = {
    StepState.PENDING: _pending,
    StepState.WAITING_STEADY: _waiting,
    StepState.INJECTING: _injecting,
    StepState.RECOVERING: _recovering,
    StepState.COOLING: _cooling,
}
