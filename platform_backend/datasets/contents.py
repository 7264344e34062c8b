"""What dataset.json and a data card hold, whoever wrote them: checked when they are read, and described to clients.

Every version and other makers may lack a key, which then has a default; keys that are not known here are passed over.
"""

from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]
Scalar = str | float | bool | None


class Content(BaseModel):
    model_config = ConfigDict(
        extra="ignore", frozen=True, strict=True, allow_inf_nan=False, json_schema_serialization_defaults_required=True
    )


class DatasetWindow(Content):
    start: int = Field(description="UTC microseconds")
    end: int = Field(description="UTC microseconds, exclusive")
    start_iso: Text = ""
    end_iso: Text = ""
    unit: Text = ""


class DatasetService(Content):
    name: str
    protocol: Text = Field("", description="http, grpc, tcp; empty: not known, or nobody calls it")
    replicas: int | None = None
    calls: list[str] = Field([], description="services that it calls")


class DatasetPod(Content):
    name: str
    service: Text = ""
    node: Text = ""
    cpu_limit: float | None = Field(None, description="cores")
    memory_limit: int | None = Field(None, description="bytes")


class DatasetSystem(Content):
    services: list[DatasetService] = []
    pods: list[DatasetPod] = []


class DatasetRows(Content):
    tables: dict[str, int] = {}
    metrics: dict[str, int] = {}


class DatasetGap(Content):
    table: Text = ""
    start_us: int = Field(description="UTC microseconds")
    end_us: int = Field(description="UTC microseconds")
    reason: Text = ""


class CardKnobs(Content):
    """What was changed of the telemetry while it was exported."""

    trace_sampling: float = 1.0
    log_drop: float = 0.0
    metric_step_s: int = 0
    missing_services: list[str] = []
    onset_jitter_s: float = 0.0
    train_fraction: float | None = None
    seed: int = 0


class MeasuredLoad(Content):
    # Cards of version 1 had a list here, of the steps.
    requests_per_second: Annotated[
        float | None, BeforeValidator(lambda value: None if isinstance(value, list) else value)
    ] = Field(None, description="over all of the window, that reached the shop's front")


class CardLoad(Content):
    seed: int | None = Field(None, description="of the simulated shoppers")
    measured: MeasuredLoad = MeasuredLoad()


class CardSampling(Content):
    metric_interval_s: float | None = None
    knobs: CardKnobs = CardKnobs()


class KeyFigures(Content):
    """Of one service. Null: there was nothing to take the figure from."""

    log_rows: int = 0
    log_error_rows: int = 0
    span_rows: int = 0
    requests: int = 0
    error_ratio: float | None = None
    latency_p50_ms: float | None = None
    latency_p95_ms: float | None = None
    cpu_cores: float | None = None
    memory_mean_bytes: int | None = None
    memory_max_bytes: int | None = None


class Card(Content):
    """What ran, what is missing, what to beware of; nothing about faults."""

    card_version: int = 0
    name: str
    format: str
    window: DatasetWindow
    system: DatasetSystem = DatasetSystem()
    versions: dict[str, str] = Field({}, description="of the software that made the data")
    load: CardLoad = CardLoad()
    sampling: CardSampling = CardSampling()
    rows: DatasetRows = DatasetRows()
    kpis: dict[str, KeyFigures] = Field({}, description="by service")
    gaps: list[DatasetGap] = Field([], description="times without telemetry")
    left_out: dict[str, str] = Field({}, description="metrics of original MicroServo datasets that are not here: why")
    notes: list[str] = Field([], description="what the knobs took away, in words")
    limits: list[str] = []
    licence: Text = ""


class CampaignSteps(Content):
    """What they had come to by the end of the window."""

    total: int = 0
    done: int = 0
    failed: int = 0
    skipped: int = 0
    unusable: int = 0
    later: int = 0


class CardCampaign(Content):
    campaign: Text = ""
    name: str
    seed: int | None = None
    digest: Text = ""
    requests_per_second: float | None = None
    steps: CampaignSteps | None = None


class CardExperiment(Content):
    experiment: Text = ""
    name: str
    kind: Text = ""
    schedule: Text = ""
    cron: Text = ""
    time_zone: Text = ""


class LoadSetting(Content):
    at: int = Field(description="UTC microseconds")
    requests_per_second: float


class LoadSteps(Content):
    step_s: float
    requests_per_second: list[float] = Field(description="of each step from the start of the window")


class LoadOverTime(Content):
    set: list[LoadSetting] = []
    measured: LoadSteps | None = None


class CardLabel(Content):
    """Times are UTC microseconds, measured; null where nobody knows."""

    pod: str
    service: Text = ""
    start: int | None = None
    end: int | None = None
    onset: int | None = None
    end_reason: Text = ""
    effect: Text = Field("unknown", description="confirmed, absent, unknown")


class CardInjection(Content):
    injection: str
    kind: str
    parameters: dict[str, Any] = {}
    ordered_by: str | None = Field(None, description='"campaign NAME", "experiment NAME"; null: by hand, or not known')
    side: str | None = Field(None, description="of a split: train, test; null without one")
    pods: list[CardLabel] = []


class CardPodSpan(Content):
    pod: str
    start: int | None = None
    end: int | None = None


class CardEvent(Content):
    """What the healthy system went through: no fault."""

    event: str
    kind: str
    service: Text = ""
    parameters: dict[str, Any] = {}
    start: int | None = None
    end: int | None = None
    end_reason: Text = ""
    detail: dict[str, Scalar] = Field({}, description="what it did, in numbers")
    pods: list[CardPodSpan] = []


class NormalFigures(Content):
    """Of the whole time; null where nobody looked."""

    calls: int = 0
    failed: int = 0
    error_ratio: float | None = None
    latency_p95_ms: dict[str, float] = Field({}, description="by service")
    cpu_busy: float | None = None
    cpu_waiting: float | None = None
    cpu_stolen: float | None = None
    missing_s: float = 0.0


class NormalDoubt(Content):
    """What was wrong, from when to when; figures that are not of `what` are null."""

    what: str = Field(description="errors, latency, machine, gap")
    start: int
    end: int
    failed: int | None = None
    calls: int | None = None
    service: str | None = None
    latency_p95_ms: float | None = None
    usual_ms: float | None = None
    cpu_busy: float | None = None
    cpu_waiting: float | None = None
    cpu_stolen: float | None = None
    missing_s: float | None = None
    runs: int | None = Field(None, description="it stands for so many")


class NormalTime(Content):
    start: int = Field(description="UTC microseconds")
    end: int = Field(description="UTC microseconds")
    verdict: Text = Field("not vetted", description="clean, doubtful, unknown, not vetted")
    figures: NormalFigures | None = None
    doubts: list[NormalDoubt] = []


class Vetted(Content):
    step_s: float
    limits: dict[str, float] = Field({}, description="from where on a step is in doubt")


class KeyFiguresByTime(Content):
    normal: KeyFigures = KeyFigures()
    fault: KeyFigures = KeyFigures()


class ServiceSeries(Content):
    """A value a step, from the start of the window; null where nothing was seen to take it from."""

    requests_per_second: list[float | None] = []
    error_ratio: list[float | None] = []
    latency_p95_ms: list[float | None] = Field([], description="within an eighth")
    cpu_cores: list[float | None] = Field([], description="of a pod, on average")
    memory_mean_bytes: list[float | None] = Field([], description="of a pod, on average")
    log_rows_per_second: list[float | None] = []
    log_error_rows_per_second: list[float | None] = []


class CardSeries(Content):
    """Key figures over time, at most 60 steps of at most 30 services."""

    step_s: int
    services: dict[str, ServiceSeries] = {}
    more_services: int = Field(0, description="with fewer rows, that are not told")


class CardAnswers(Content):
    """What was injected, when, and what it did."""

    card_version: int = 0
    name: Text = ""
    campaigns: list[CardCampaign] = Field([], description="that ran in the window")
    experiments: list[CardExperiment] = Field([], description="whose injections touched it")
    load: LoadOverTime = LoadOverTime()
    injections: list[CardInjection] = []
    events: list[CardEvent] = []
    normal: list[NormalTime] = Field([], description="times without a fault")
    vetted: Vetted | None = None
    kpis: dict[str, KeyFiguresByTime] = Field({}, description="by service")


class DatasetCard(Content):
    card: Card
    answers: CardAnswers | None = Field(description="null when nobody wrote a card")
    series: CardSeries | None = Field(description="null for datasets of versions that had none")
    warnings: list[str] = Field(description="found when it was imported: clocks that disagree, files left out")


# dataset.json is answered byte by byte: what is not there has no default.
AS_IT_STANDS: Final = ConfigDict(json_schema_serialization_defaults_required=False)


class ManifestWindow(DatasetWindow):
    model_config = AS_IT_STANDS


class ManifestService(DatasetService):
    model_config = AS_IT_STANDS


class ManifestPod(DatasetPod):
    model_config = AS_IT_STANDS


class ManifestSystem(Content):
    model_config = AS_IT_STANDS

    services: list[ManifestService] = []
    pods: list[ManifestPod] = []


class ManifestRows(DatasetRows):
    model_config = AS_IT_STANDS


class ManifestGap(DatasetGap):
    model_config = AS_IT_STANDS


class ManifestKnobs(CardKnobs):
    model_config = AS_IT_STANDS


class ManifestFault(Content):
    model_config = AS_IT_STANDS

    injection: str
    kind: str
    pods: list[str] = []
    start: int | None = Field(None, description="UTC microseconds")
    end: int | None = Field(None, description="UTC microseconds")


class ManifestSplit(Content):
    """How many injections are on either side."""

    model_config = AS_IT_STANDS

    train: int = 0
    test: int = 0


class ManifestSeeds(Content):
    model_config = AS_IT_STANDS

    load: int | None = None
    knobs: int | None = None


class ManifestLoad(Content):
    model_config = AS_IT_STANDS

    requests_per_second: float | None = Field(None, description="asked for when the window began")
    seed: int | None = None


class ManifestSampling(Content):
    model_config = AS_IT_STANDS

    interval_s: float | None = None


class ManifestFile(Content):
    model_config = AS_IT_STANDS

    bytes: int
    sha256: str
    rows: int | None = Field(None, description="of a table")


class ManifestScore(Content):
    model_config = AS_IT_STANDS

    tasks: int = 0
    correct: int = 0
    mean_score: float | None = None


class ManifestBaseline(ManifestScore):
    """What answering always the same scores."""

    by_task: dict[str, ManifestScore] = {}


class ManifestTasks(Content):
    """Of an openrca dataset."""

    model_config = AS_IT_STANDS

    count: int = 0
    constant_baseline: ManifestBaseline | None = None


class DatasetManifest(Content):
    """dataset.json"""

    model_config = AS_IT_STANDS

    format: str
    format_version: int
    name: str
    window: ManifestWindow
    files: dict[str, ManifestFile] = Field(description="by path")
    system: ManifestSystem = ManifestSystem()
    faults: list[ManifestFault] = []
    knobs: ManifestKnobs = ManifestKnobs()
    split: ManifestSplit | None = None
    seeds: ManifestSeeds = ManifestSeeds()
    licence: str = ""
    load: ManifestLoad = ManifestLoad()
    sampling: ManifestSampling = ManifestSampling()
    rows: ManifestRows = ManifestRows()
    versions: dict[str, str] = {}
    left_out: dict[str, str] = {}
    gaps: list[ManifestGap] = []
    limits: list[str] = []
    warnings: list[str] = Field([], description="of one that was made when the dataset was imported")
    tasks: ManifestTasks | None = None


MOST_PROBLEMS: Final = 5


def problems(error: ValidationError) -> list[str]:
    """Where, and what; the first few."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    told = [f"{'.'.join(str(part) for part in each['loc'])[:200]}: {each['msg']}" for each in found[:MOST_PROBLEMS]]
    return [*told, *([f"and {len(found) - MOST_PROBLEMS} more"] if len(found) > MOST_PROBLEMS else [])]
