"""What a campaign's current step does next. Asks the system, telemetry and faults; writes nothing of campaigns."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import IntegrityError

from campaigns import selectors
from campaigns.health import health, violations
from campaigns.models import Campaign, State, Step, StepState
from campaigns.planner import pick
from common.errors import Conflict, Unavailable, UserError
from faults import services as faults
from faults import targets
from faults.models import Injection
from faults.models import State as InjectionState
from faults.targets import InjectionRequest
from systems import selectors as systems
from systems import services as system_services

# The check itself gives up earlier; only when it does not run at all a step goes on with its effect unknown.
EFFECT_LIMIT: Final = timedelta(seconds=150)
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
    if not _may_begin(campaign, now):
        return Outcome()
    try:
        return Outcome(StepState.WAITING_STEADY) if _is_warm(campaign, now) else Outcome(reason=RESTARTED)
    except Unavailable:  # from here on there is a limit to it
        return Outcome(StepState.WAITING_STEADY)


def _may_begin(campaign: Campaign, now: datetime) -> bool:
    return campaign.quiet_until is None or now >= campaign.quiet_until


def _is_warm(campaign: Campaign, now: datetime) -> bool:
    """Not so when all of the system was restarted during the campaign, be it faster than our looks could miss it."""
    started = [pod.started for pod in systems.pods() if pod.started is not None]
    if not started or campaign.started_at is None or min(started) <= _microseconds(campaign.started_at):
        return True
    return _microseconds(now) >= min(started) + round(campaign.file.warm_up * 1e6)


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
        examined = targets.examine(request_of(step)) if not found else None
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


def _messages(errors: Mapping[str, Sequence[str]]) -> str:
    return "; ".join(message for messages in errors.values() for message in messages)


def _injecting(campaign: Campaign, step: Step, now: datetime) -> Outcome:
    injection = selectors.injection_of(step.id)
    if injection is None:
        return _inject(campaign, step)
    if injection.state in (InjectionState.PLANNED, InjectionState.APPLYING):
        return Outcome()
    if injection.state != InjectionState.ACTIVE:
        return Outcome(StepState.RECOVERING, step.reason)
    return Outcome() if injection.stop_requested else _watch(campaign, step, injection, now)


def _inject(campaign: Campaign, step: Step) -> Outcome:
    try:
        injection = faults.injection_create(request=request_of(step), by=campaign.created_by, campaign_step=step.id)
    except IntegrityError:  # another worker was faster
        return Outcome()
    except (Conflict, Unavailable) as error:
        return Outcome(StepState.WAITING_STEADY, _text(error))
    except UserError as error:
        return Outcome(StepState.FAILED, _text(error))
    if not selectors.is_injecting(step.id):  # the campaign was stopped meanwhile: the fault must not outlive that
        faults.injection_stop(injection_id=injection.id, by=None)
    return Outcome()


def _text(error: UserError) -> str:
    return _messages(error.fields) or error.message


def _watch(campaign: Campaign, step: Step, injection: Injection, now: datetime) -> Outcome:
    """The stop conditions."""
    targeted = [target.pod for target in injection.targets.all()]
    for condition in campaign.file.stop:
        try:
            seen = health(window_s=condition.window, now=_microseconds(now))
        except Unavailable:  # nothing is known; the fault ends at its deadline in any case
            continue
        if found := violations(condition, seen, but=targeted):
            reason = "stop condition: " + "; ".join(found)
            if condition.then == "campaign":
                return Outcome(reason=reason, ending=State.ABORTED)
            faults.injection_stop(injection_id=injection.id, by=None)
            return Outcome(reason=reason)
    return Outcome()


def _recovering(campaign: Campaign, step: Step, now: datetime) -> Outcome:
    injection = selectors.injection_of(step.id)
    if injection is None:
        return Outcome(StepState.FAILED, "its injection is gone from the database")
    if injection.is_open:
        return Outcome()
    ended = injection.ended_at or now
    quiet_until = min(ended, now) + timedelta(seconds=campaign.file.cool_down)
    if injection.state == InjectionState.RECOVERY_FAILED:
        reason = f"it did not recover: {injection.recovery_detail or injection.error}"
        ending = State.ABORTED if campaign.file.on_recovery_failed == "abort" else None
        return Outcome(StepState.FAILED, reason, ending, quiet_until)
    if injection.state == InjectionState.FAILED:
        return Outcome(StepState.FAILED, injection.error, quiet_until=quiet_until)
    if not selectors.is_effect_checked(injection.id) and now < ended + EFFECT_LIMIT:
        return Outcome()
    return Outcome(StepState.COOLING, step.reason, quiet_until=quiet_until)


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
