"""The overview in JSON."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import LANGUAGES, REGISTRATION, AuditEntry
from common import fields
from common.answers import SCALARS, FiniteFloat
from common.forms import PageQuery, Query
from events.catalogue import CATALOGUE as EVENTS
from faults.catalogue import CATALOGUE
from overview import words
from overview.calendar import ORIGINS, STATES, Wanted
from overview.words import WORDS
from telemetry.api.serializers import EdgeSerializer
from telemetry.records import TABLES

LONGEST_CALENDAR: Final = timedelta(days=400)
THINGS = sorted({action.partition(".")[0] for action in WORDS})


def _several(child: serializers.Field, help_text: str) -> serializers.ListField:
    """A parameter that may be given several times; absent: any."""
    return serializers.ListField(child=child, default=list, max_length=100, help_text=help_text)


class AdaptersSerializer(serializers.Serializer):
    system = serializers.CharField()
    faults = serializers.CharField()
    telemetry = serializers.CharField()


class TelemetrySettingsSerializer(serializers.Serializer):
    sample_interval_s = serializers.FloatField()
    retention_hours = serializers.FloatField()
    retention_bytes = serializers.IntegerField()


class FaultSettingsSerializer(serializers.Serializer):
    default_duration_s = serializers.FloatField()
    max_duration_s = serializers.FloatField()
    protected_services = serializers.ListField(child=serializers.CharField())


class CampaignSettingsSerializer(serializers.Serializer):
    largest_bytes = serializers.IntegerField(help_text="of a campaign's file")


class DatasetSettingsSerializer(serializers.Serializer):
    formats = serializers.ListField(child=serializers.CharField())
    licence = serializers.CharField()
    max_window_hours = serializers.FloatField()
    keep_days = serializers.FloatField(allow_null=True, help_text="null: datasets are not deleted by age")
    quota_bytes = serializers.IntegerField(allow_null=True, help_text="of one user; null: no limit")
    used_bytes = serializers.IntegerField(help_text="by the caller's datasets")
    max_upload_bytes = serializers.IntegerField()
    max_unpacked_bytes = serializers.IntegerField()


class AccountSettingsSerializer(serializers.Serializer):
    registration = serializers.ChoiceField(choices=REGISTRATION)
    languages = serializers.ListField(child=serializers.ChoiceField(choices=LANGUAGES))
    roles = serializers.ListField(child=serializers.CharField(), help_text="from the least to the most")
    mails = serializers.BooleanField(help_text="false: letters are written to a log only")


class ConfigSerializer(serializers.Serializer):
    version = serializers.CharField()
    mode = serializers.ChoiceField(choices=["embedded", "cluster"])
    adapters = AdaptersSerializer()
    url = serializers.CharField(help_text="of the platform, as browsers reach it")
    shop_url = serializers.CharField()
    telemetry = TelemetrySettingsSerializer()
    faults = FaultSettingsSerializer()
    campaigns = CampaignSettingsSerializer()
    datasets = DatasetSettingsSerializer()
    accounts = AccountSettingsSerializer()


class PartSerializer(serializers.Serializer):
    name = serializers.CharField()
    state = serializers.CharField(help_text="running, starting, backoff, …")
    since = serializers.IntegerField(allow_null=True, help_text="UTC microseconds of its start")
    restarts = serializers.IntegerField()


class PodsSerializer(serializers.Serializer):
    total = serializers.IntegerField()
    ready = serializers.IntegerField()
    not_ready = serializers.ListField(child=serializers.CharField())
    restarts = serializers.IntegerField()


class QueuesSerializer(serializers.Serializer):
    tasks = serializers.IntegerField(allow_null=True, help_text="waiting for a worker; null: no broker in reach")
    builds_queued = serializers.IntegerField()
    builds_running = serializers.IntegerField()


class NewestSerializer(serializers.Serializer):
    def get_fields(self) -> dict[str, serializers.Field]:
        return {table: serializers.IntegerField(allow_null=True, help_text="UTC microseconds") for table in TABLES}


class DiskSerializer(serializers.Serializer):
    total_bytes = serializers.IntegerField(help_text="of the disk that the state folder is on")
    free_bytes = serializers.IntegerField()
    datasets_bytes = serializers.IntegerField()


class StopInForceSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    by = serializers.CharField()
    reason = serializers.CharField()
    at = serializers.DateTimeField()


class FaultStatusSerializer(serializers.Serializer):
    emergency_stop = StopInForceSerializer(allow_null=True)
    quarantine = serializers.ListField(child=serializers.CharField(), help_text="pods")
    open_injections = serializers.IntegerField()


class RunningCampaignSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    state = serializers.CharField()


class SandboxSerializer(serializers.Serializer):
    level = serializers.ChoiceField(choices=["full", "reduced", "none"])
    reason = serializers.CharField()


class SectionErrorSerializer(serializers.Serializer):
    section = serializers.CharField()
    detail = serializers.CharField()


class StatusSerializer(serializers.Serializer):
    well = serializers.BooleanField(help_text="every part runs, every pod is ready, nothing is in quarantine")
    parts = PartSerializer(many=True, allow_null=True)
    pods = PodsSerializer(allow_null=True)
    queues = QueuesSerializer(allow_null=True)
    telemetry = NewestSerializer(allow_null=True, help_text="the newest row of each table")
    disk = DiskSerializer(allow_null=True)
    faults = FaultStatusSerializer(allow_null=True)
    campaign = RunningCampaignSerializer(allow_null=True)
    sandbox = SandboxSerializer()
    unknown = SectionErrorSerializer(many=True, help_text="sections that could not be asked, which are null")


class CalendarQuery(Query):
    """Gives `wanted`."""

    state = _several(fields.Choice(choices=STATES), "only in these states")
    origin = _several(fields.Choice(choices=ORIGINS), "only what was ordered by these")
    kind = _several(fields.Choice(choices=[*CATALOGUE, *EVENTS]), "only of these kinds")
    service = _several(fields.Text(max_length=253), "only on pods of these services")
    created_by = fields.Text(max_length=150, default="", help_text="only what this user ordered, by name")

    def get_fields(self) -> dict[str, serializers.Field]:
        """`from` is no name in Python."""
        times = {
            "from": fields.Instant(default=None, help_text="start of the window; default: a day before now, or `to`"),
            "to": fields.Instant(default=None, help_text="end of the window; default: eight days after its start"),
        }
        return {**times, **super().get_fields()}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        start, end = _window(attrs["from"], attrs["to"])
        wanted = Wanted(
            start,
            end,
            states=attrs["state"],
            origins=attrs["origin"],
            kinds=attrs["kind"],
            services=attrs["service"],
            created_by=attrs["created_by"],
        )
        return {"wanted": wanted}


def _window(start: datetime | None, end: datetime | None) -> tuple[datetime, datetime]:
    """Raises ValidationError for an empty one and for one that is too long."""
    try:
        start = start or min(end or timezone.now(), timezone.now()) - timedelta(days=1)
        end = end or start + timedelta(days=8)
    except OverflowError:
        raise serializers.ValidationError({"from": ["too close to the end of time"]}) from None
    if end <= start:
        raise serializers.ValidationError({"to": ["must be after from"]})
    if end - start > LONGEST_CALENDAR:
        message = f"the window has more than {LONGEST_CALENDAR.days} days; ask for it in parts"
        raise serializers.ValidationError({"to": [message]})
    return start, end


class CalendarEntrySerializer(serializers.Serializer):
    id = serializers.CharField(help_text="the same for the same thing in the same state")
    origin = serializers.ChoiceField(choices=ORIGINS, help_text="what ordered it; user: by hand")
    state = serializers.ChoiceField(choices=STATES)
    kind = serializers.CharField(help_text="of fault, or of event")
    is_event = serializers.BooleanField(help_text="what a healthy system goes through, and no fault")
    start = serializers.DateTimeField()
    end = serializers.DateTimeField(allow_null=True, help_text="null: it was skipped")
    start_measured = serializers.BooleanField(help_text="whether it really took hold then; else it is expected")
    end_measured = serializers.BooleanField(help_text="whether it was really gone then; else it is expected")
    title = serializers.CharField(help_text="of the experiment or campaign; may be empty")
    services = serializers.ListField(child=serializers.CharField())
    pods = serializers.ListField(child=serializers.CharField(), help_text="those known already")
    reason = serializers.CharField(help_text="why it was skipped, or what failed; may be empty")
    created_by = serializers.CharField(allow_null=True, help_text="user name")
    injection = serializers.UUIDField(allow_null=True)
    experiment = serializers.UUIDField(allow_null=True)
    campaign = serializers.UUIDField(allow_null=True)
    campaign_step = serializers.UUIDField(allow_null=True)
    event = serializers.UUIDField(allow_null=True)


class CalendarLeftOutSerializer(serializers.Serializer):
    state = serializers.ChoiceField(choices=STATES, help_text="of such; past: of what has begun")
    before = serializers.DateTimeField(allow_null=True, help_text="there is more before this time")
    after = serializers.DateTimeField(allow_null=True, help_text="there is more after this time")
    experiment = serializers.UUIDField(allow_null=True, help_text="only of this one; null: of any")
    title = serializers.CharField(help_text="of the experiment; may be empty")


class CalendarSerializer(serializers.Serializer):
    entries = CalendarEntrySerializer(many=True)
    left_out = CalendarLeftOutSerializer(many=True, help_text="of what there is more in the window than is shown")

    def get_fields(self) -> dict[str, serializers.Field]:
        """`from` is no name in Python."""
        ends = {"from": serializers.DateTimeField(source="start"), "to": serializers.DateTimeField(source="end")}
        return ends | super().get_fields()


class ActivityQuery(PageQuery):
    thing = serializers.ListField(child=fields.Choice(choices=THINGS), default=list, help_text="only of these")


class ActivitySerializer(serializers.Serializer):
    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    actor = serializers.CharField(source="actor_name", help_text="platform: nobody asked for it")
    action = serializers.CharField(help_text="names the sentence, for other languages")
    subject = serializers.CharField()
    params = serializers.SerializerMethodField(help_text="what fills the sentence")
    text = serializers.SerializerMethodField(help_text="the sentence in English")

    @extend_schema_field(SCALARS)
    def get_params(self, entry: AuditEntry) -> dict[str, Any]:
        return words.params(entry)

    def get_text(self, entry: AuditEntry) -> str:
        return words.readable(entry)


class NodeSerializer(serializers.Serializer):
    service = serializers.CharField()
    ready = serializers.IntegerField(help_text="pods that are ready")
    total = serializers.IntegerField(help_text="pods that there are")
    rate = FiniteFloat(help_text="requests per second that it answered")
    error_ratio = FiniteFloat(allow_null=True, help_text="0 to 1; null without requests")
    p95 = FiniteFloat(allow_null=True, help_text="microseconds; null without requests")
    faults = serializers.ListField(child=serializers.CharField(), help_text="kinds of the faults at its pods now")


class TopologySerializer(serializers.Serializer):
    nodes = NodeSerializer(many=True)
    edges = EdgeSerializer(many=True)

    def get_fields(self) -> dict[str, serializers.Field]:
        """`from` is no name in Python."""
        ends = {name: serializers.IntegerField(help_text="UTC microseconds, as rounded") for name in ("from", "to")}
        return ends | super().get_fields()
