"""A campaign's way through its steps, a look a second.

Systems, telemetry and faults are asked outside of any transaction. What follows is written under the campaign's lock
and only if campaign and step are still in the state that it follows from, so a retry, a second worker or one that
was killed half-way does no harm. All there is to know is in the database: a restarted platform just goes on.
"""

import logging
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.utils import timezone

from accounts.audit import audit
from campaigns import selectors
from campaigns.models import CAMPAIGNS, STEPS, Campaign, State, Step, StepState
from campaigns.planner import pause_before
from campaigns.steps import Outcome, next_move
from changes.models import Topic
from changes.services import changed
from common.errors import Unavailable, UserError
from common.transactions import atomic
from events import services as events
from faults import selectors as fault_selectors
from faults import services as faults
from systems import selectors as systems
from systems import services as system_services

logger = logging.getLogger(__name__)

# Nobody looked for so long: the platform was down, or its clock jumped. The system is to warm up again.
INTERRUPTION: Final = timedelta(seconds=15)
# So long the system may be out of reach when the campaign starts.
START_LIMIT: Final = timedelta(seconds=120)
# Looks in a row that an error of our own may end.
MAX_ATTEMPTS: Final = 30
# Looks in a row, one a second, that find the system out of reach when its load is to be given back.
MAX_GIVING_BACK: Final = 300
MAX_MOVES: Final = 8


def open_campaign_advance() -> None:
    """The open campaign, if there is one; and no injection or event stays whose step is over."""
    for injection in selectors.orphaned_injections():
        faults.injection_stop(injection_id=injection.id, by=None)
    for event in selectors.orphaned_events():
        events.event_stop(event_id=event.id, by=None)
    campaign = selectors.open_campaign()
    if campaign is None:
        return
    try:
        campaign_advance(campaign_id=campaign.id)
    except Exception:
        logger.exception("campaign %s could not be advanced", campaign.id)
        _count_attempt(campaign.id)


def campaign_advance(*, campaign_id: UUID) -> None:
    """Go as far as it goes now."""
    _look(campaign_id, timezone.now())
    for _ in range(MAX_MOVES):
        campaign = Campaign.objects.filter(id=campaign_id).first()
        if campaign is None or not campaign.is_open or not _move(campaign):
            return


def _move(campaign: Campaign) -> bool:
    """Whether something has changed, so that it is worth another look."""
    now = timezone.now()
    if campaign.state == State.PLANNED:
        return _begin(campaign, now)
    if campaign.state == State.STOPPING:
        return _wind_up(campaign, now)
    group = selectors.current_group(campaign)
    if not group:
        return _give_back_load(campaign) and _finish(campaign, State.COMPLETED, now)
    moved = [_settle(campaign, step, next_move(campaign, step, now), now) for step in group if step.is_open]
    return any(moved)


@atomic
def _look(campaign_id: UUID, now: datetime) -> None:
    campaign = Campaign.objects.select_for_update().filter(id=campaign_id).first()
    if campaign is None or not campaign.is_open:
        return
    if campaign.looked_at and campaign.state == State.RUNNING and abs(now - campaign.looked_at) > INTERRUPTION:
        campaign.quiet_until = now + timedelta(seconds=pause_before(campaign.file, 0))
        _extend_wait(campaign, campaign.quiet_until)
        audit("campaign.resume", campaign.id, None, gap_s=(now - campaign.looked_at).total_seconds())
    campaign.looked_at = now
    campaign.save(update_fields=("looked_at", "quiet_until"))


def _extend_wait(campaign: Campaign, begins: datetime) -> None:
    wait_until = begins + timedelta(seconds=campaign.file.steady.wait)
    campaign.steps.filter(state=StepState.WAITING_STEADY).update(wait_until=wait_until)


def _begin(campaign: Campaign, now: datetime) -> bool:
    """The load first. That of before is written down before it is changed."""
    try:
        if campaign.load_before is None:
            Campaign.objects.filter(id=campaign.id, load_before=None).update(load_before=systems.load())
        if campaign.file.load is not None:
            system_services.load_set(rate=campaign.file.load, by=campaign.created_by)
    except Unavailable as error:
        if now < campaign.created_at + START_LIMIT:
            return False
        return _end(campaign, State.FAILED, error.message)
    except UserError as error:
        return _end(campaign, State.FAILED, error.message)
    return _start(campaign, now)


@atomic
def _start(before: Campaign, now: datetime) -> bool:
    campaign = _locked(before)
    if campaign is None:
        return False
    campaign.started_at = now
    first = campaign.steps.order_by("index")[0]
    campaign.quiet_until = now + timedelta(seconds=first.pause_s)
    _advance(campaign, State.RUNNING)
    return True


@atomic
def _end(before: Campaign, ending: State, reason: str) -> bool:
    """From here on it only winds up."""
    campaign = _locked(before)
    if campaign is None:
        return False
    campaign_end(campaign, ending, reason)
    return True


def campaign_end(campaign: Campaign, ending: State, reason: str) -> None:
    """The caller holds the lock and knows that the campaign is planned or running."""
    campaign.ending, campaign.reason = ending, reason
    _advance(campaign, State.STOPPING)


def _wind_up(campaign: Campaign, now: datetime) -> bool:
    group = selectors.current_group(campaign)
    found = [selectors.injection_of(step.id) for step in group]
    running = [injection for injection in found if injection is not None and injection.is_open]
    for injection in running:
        if not injection.stop_requested:
            faults.injection_stop(injection_id=injection.id, by=None)
    happening = [event for step in group if (event := selectors.event_of(step.id)) is not None and event.is_open]
    for event in happening:
        if not event.stop_requested:
            events.event_stop(event_id=event.id, by=None)
    if running or happening:
        return False
    return _give_back_load(campaign) and _finish(campaign, State(campaign.ending), now)


def _give_back_load(campaign: Campaign) -> bool:
    """Whether that is done, or was in vain for good. A system that is away is waited for."""
    if campaign.load_before is None or campaign.file.load is None:
        return True
    try:
        if systems.load() != campaign.load_before:
            system_services.load_set(rate=campaign.load_before, by=campaign.created_by)
    except UserError as error:
        if isinstance(error, Unavailable) and _with_one_attempt_more(campaign.id).attempts < MAX_GIVING_BACK:
            return False
        logger.warning("campaign %s could not give the load back: %s", campaign.id, error.message)
    return True


@atomic
def _finish(before: Campaign, to: State, now: datetime) -> bool:
    campaign = _locked(before)
    if campaign is None:
        return False
    for step in campaign.steps.exclude(state__in=(StepState.DONE, StepState.SKIPPED, StepState.FAILED)):
        _close(campaign, step, now)
    campaign.finished_at, campaign.slot = now, None
    _advance(campaign, to)
    return True


def _close(campaign: Campaign, step: Step, now: datetime) -> None:
    """A step that its campaign's end leaves open."""
    if step.state == StepState.COOLING:
        _advance_step(step, Outcome(StepState.DONE, step.reason), campaign, now)
    elif selectors.has_begun(step.id):
        _advance_step(step, Outcome(StepState.FAILED, f"ended early: {campaign.reason}"), campaign, now)
    else:
        _advance_step(step, Outcome(StepState.SKIPPED, f"not begun: {campaign.reason}"), campaign, now)


@atomic
def _settle(before: Campaign, step_before: Step, outcome: Outcome, now: datetime) -> bool:
    """Write the outcome unless somebody has moved campaign or step meanwhile."""
    if outcome == Outcome():
        return False
    campaign = _locked(before)
    step = Step.objects.get(id=step_before.id)
    if campaign is None or step.state != step_before.state or _is_overtaken(step, outcome):
        return False
    if outcome.quiet_until:  # another of its group may have ended later
        campaign.quiet_until = max(campaign.quiet_until or outcome.quiet_until, outcome.quiet_until)
        campaign.save(update_fields=("quiet_until",))
    _advance_step(step, outcome, campaign, now)
    if outcome.ending:
        campaign_end(campaign, outcome.ending, outcome.reason)
    return outcome.to is not None or outcome.ending is not None


def _is_overtaken(step: Step, outcome: Outcome) -> bool:
    """This worker's injection was refused because another worker's had just been accepted."""
    is_refusal = outcome.to in (StepState.WAITING_STEADY, StepState.FAILED, StepState.SKIPPED)
    return step.state == StepState.INJECTING and is_refusal and selectors.has_begun(step.id)


def _advance_step(step: Step, outcome: Outcome, campaign: Campaign, now: datetime) -> None:
    if outcome.to is None and outcome.reason == step.reason:
        return
    step.reason = outcome.reason
    if outcome.to is not None:
        STEPS.check(StepState(step.state), outcome.to)
        step.state, step.since = outcome.to, now
        _note(step, campaign, now)
    step.save()
    changed(Topic.CAMPAIGNS)


def _note(step: Step, campaign: Campaign, now: datetime) -> None:
    """What a step remembers of its moves."""
    if step.state == StepState.WAITING_STEADY and step.wait_until is None:
        step.started_at = now
        step.wait_until = now + timedelta(seconds=campaign.file.steady.wait)
    if step.started_at is None and step.state == StepState.INJECTING:
        step.started_at = now
    injection = selectors.injection_of(step.id)
    if injection is not None:
        step.injection = injection.id
    if step.is_event and (event := selectors.event_of(step.id)) is not None:
        step.event = event.id
    if not step.is_open:
        step.finished_at = now
        step.unusable = "; ".join(fault_selectors.also_wrong(injection)) if injection is not None else ""
        detail = {"reason": step.reason} if step.reason else {}
        audit(f"campaign.step_{step.state}", step.id, None, campaign=str(campaign.id), **detail)


def _locked(before: Campaign) -> Campaign | None:
    """The campaign under its lock; None when it is no longer in the state that the caller has seen."""
    campaign = Campaign.objects.select_for_update().get(id=before.id)
    return campaign if campaign.state == before.state else None


def _advance(campaign: Campaign, to: State) -> None:
    CAMPAIGNS.check(State(campaign.state), to)
    campaign.state, campaign.attempts = to, 0
    campaign.save()
    detail = {"reason": campaign.reason} if campaign.reason else {}
    audit(f"campaign.{to.value}", campaign.id, None, **detail)


def _count_attempt(campaign_id: UUID) -> None:
    """An error of our own again and again ends the campaign, so that the next one can begin."""
    campaign = _with_one_attempt_more(campaign_id)
    if campaign.attempts < MAX_ATTEMPTS or not campaign.is_open:
        return
    if campaign.state != State.STOPPING:
        _end(campaign, State.FAILED, "The platform could not drive this campaign; its log says more.")
    else:
        _finish(campaign, State.FAILED, timezone.now())


@atomic
def _with_one_attempt_more(campaign_id: UUID) -> Campaign:
    campaign = Campaign.objects.select_for_update().get(id=campaign_id)
    campaign.attempts += 1
    campaign.save(update_fields=("attempts",))
    return campaign
