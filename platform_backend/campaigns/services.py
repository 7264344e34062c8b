"""Writes of campaigns that users ask for: start one, stop it. And the plan, which acts on nothing."""

from collections.abc import Iterator
from uuid import UUID, uuid5

from django.contrib.auth.models import User
from django.db import IntegrityError
from django.utils import timezone

from accounts.audit import audit
from accounts.ownership import owner_or_admin
from campaigns.models import Campaign, State, Step
from campaigns.planner import Plan, PlannedStep, plan
from campaigns.runner import campaign_end
from campaigns.schema import CampaignFile, Fault, faults_of
from common.background import enqueue
from common.errors import Conflict, NotFound, Said, UserError, said
from common.transactions import atomic
from events import services as events
from events.services import EventRequest
from faults import guards, targets
from faults.targets import Examination, InjectionRequest
from systems import selectors as systems

SLOT = "open"


def campaign_plan(*, file: CampaignFile) -> Plan:
    """The steps, checked against the system at hand. Raises UserError with errors per path, Unavailable."""
    planned = plan(file)
    _check_here(file)
    return planned


def campaign_create(*, file: CampaignFile, by: User, text: str = "") -> Campaign:
    """Start it; `text` is the file as it was written. Raises Conflict while another is open or faults are blocked."""
    planned = campaign_plan(file=file)
    guards.refuse_blocked()
    try:
        return _store(file, planned, by, text)
    except IntegrityError:
        raise Conflict(_taken()) from None


@atomic
def _store(file: CampaignFile, planned: Plan, by: User, text: str) -> Campaign:
    campaign = Campaign.objects.create(
        name=file.name,
        seed=file.seed,
        digest=planned.digest,
        content=file.model_dump(mode="json"),
        text=text,
        expected_s=planned.seconds,
        slot=SLOT,
        created_by=by,
        created_at=timezone.now(),
    )
    Step.objects.bulk_create(_row(campaign, step) for step in planned.steps)
    audit("campaign.create", campaign.id, by, name=file.name, digest=planned.digest, steps=len(planned.steps))
    enqueue("campaigns.tasks.advance_campaign")
    return campaign


def _taken() -> Said:
    other = Campaign.objects.exclude(slot=None).first()
    if other is None:
        return said("campaign.another_was_faster", "Another campaign was faster; one runs at a time.")
    text = "{name} ({id}) is {state}; one campaign runs at a time. Wait for its end, or stop it."
    return said("campaign.another_runs", text, name=other.name, id=other.id, state=other.state)


def _row(campaign: Campaign, step: PlannedStep) -> Step:
    return Step(
        id=uuid5(campaign.id, str(step.index)),
        campaign=campaign,
        index=step.index,
        group=step.group,
        after_s=step.after,
        pause_s=step.pause,
        plan_id=step.id,
        is_event=step.is_event,
        fault=step.fault,
        service=step.service,
        pods=step.pods,
        draw=step.draw,
        parameters=dict(step.parameters),
        duration_s=step.duration,
        allow_last_replica=step.allow_last_replica,
        repeat=step.repeat,
    )


@atomic
def campaign_stop(*, campaign_id: UUID, by: User) -> Campaign:
    """End its injection and then the campaign. Asking again, or after the end, changes nothing."""
    campaign = Campaign.objects.select_for_update().filter(id=campaign_id).first()
    if campaign is None:
        raise NotFound(said("campaign.unknown", "There is no campaign {campaign_id}.", campaign_id=campaign_id))
    owner_or_admin(by, owner=campaign.created_by, thing=f"Campaign {campaign.name}", to="stop")
    if campaign.state in (State.PLANNED, State.RUNNING):
        audit("campaign.stop", campaign.id, by)
        campaign_end(campaign, State.STOPPED, f"stopped by {by.get_username()}")
        enqueue("campaigns.tasks.advance_campaign")
    return campaign


def _check_here(file: CampaignFile) -> None:
    """Everything that will stand in the way of a step for certain is said before the first one."""
    pods: dict[str, list[str]] = {}
    for pod in systems.pods():
        pods.setdefault(pod.service, []).append(pod.name)
    errors: dict[str, list[str]] = {}
    for place, fault in faults_of(file):
        for position, service in enumerate(fault.services):
            for asked in _requests(file, fault, service, pods.get(service, [])):
                for path, messages in _paths(targets.examine(asked), place, position).items():
                    errors[path] = list(dict.fromkeys([*errors.get(path, []), *messages]))
    errors |= _events_here(file)
    if errors:
        raise UserError(
            said("campaign.does_not_fit", "The campaign does not fit this system; see errors."), fields=errors
        )


def _events_here(file: CampaignFile) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    for index, entry in enumerate(file.events):
        for position, service in enumerate(entry.services or [""]):
            for parameters in entry.combinations():
                asked = EventRequest(
                    kind=entry.event,
                    service=service,
                    parameters=parameters,
                    duration_s=file.event_duration_of(entry),
                    allow_last_replica=file.allows_last_replica(entry),
                )
                names = {"kind": "event", "service": f"services.{position}" if entry.services else "services"}
                for name, messages in events.examine(asked).errors.items():
                    path = f"events.{index}.{names.get(name, 'duration' if name == 'duration_s' else name)}"
                    errors[path] = list(dict.fromkeys([*errors.get(path, []), *messages]))
    return errors


def _requests(file: CampaignFile, fault: Fault, service: str, pods: list[str]) -> Iterator[InjectionRequest]:
    """What will be asked for, up to the draw: which pod of the service it is makes no difference to what lasts."""
    chosen = sorted(pods)[:1] if fault.pods == "one" else pods
    for parameters in fault.combinations():
        yield InjectionRequest(
            kind=fault.fault,
            pods=chosen,
            services=() if chosen else (service,),
            parameters=parameters,
            duration_s=file.duration_of(fault),
            allow_last_replica=file.allows_last_replica(fault),
        )


def _paths(found: Examination, place: str, position: int) -> dict[str, list[str]]:
    """The fields of an injection's errors as paths of the file."""
    names = {"kind": "fault", "pods": f"services.{position}", "services": f"services.{position}"}
    paths: dict[str, list[str]] = {}
    for errors in (found.errors, found.lasting):
        for name, messages in errors.items():
            if messages:
                field = "duration" if name == "duration_s" else names.get(name, name)
                paths.setdefault(f"{place}.{field}", []).extend(messages)
    return paths
