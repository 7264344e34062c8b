"""A campaign file: what is in it and what each key means. Knows no database, no system and no clock."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import prod
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, ValidationError, model_validator

from campaigns.shapes import Shape, with_defaults
from common.errors import UserError, said
from common.model_keys import keys_beside
from common.names import instead
from common.parameters import Parameter, Parametrised, fault_of
from events.catalogue import CATALOGUE as EVENTS
from faults.catalogue import CATALOGUE

LONGEST_S: Final = 3600
MAX_STEPS: Final = 1000
WHOLE: Final = "campaign"  # the path of what is wrong with all of it

Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
ServiceName = Annotated[str, Field(max_length=253, pattern=r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$")]
Seconds = Annotated[float, Field(ge=0, le=LONGEST_S)]
Duration = Annotated[float, Field(ge=1, le=LONGEST_S)]


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Conditions(Section):
    """Each is the most that is allowed; an absent one is not looked at. Measured over the last `window` seconds."""

    error_ratio: float | None = Field(None, ge=0, le=1, description="share of failed requests at the shop's front")
    latency_p95_ms: float | None = Field(None, gt=0, description="of requests at the shop's front")
    pods_not_ready: int | None = Field(None, ge=0, description="besides those that the fault is for")
    window: float = Field(10, ge=3, le=300, description="seconds")

    @property
    def needs_requests(self) -> bool:
        return self.error_ratio is not None or self.latency_p95_ms is not None


class Steady(Conditions):
    """What must hold before each injection."""

    pods_not_ready: int | None = Field(0, ge=0, description="of the whole system")
    wait: float = Field(60, ge=1, le=LONGEST_S, description="seconds at most; then the step is skipped")


class Stop(Conditions):
    """What ends an injection early, and what else ends with it."""

    then: Literal["campaign", "injection"] = Field("campaign", description="what is ended")

    @model_validator(mode="after")
    def _says_when(self) -> "Stop":
        if not self.needs_requests and self.pods_not_ready is None:
            raise ValueError("name at least one of error_ratio, latency_p95_ms, pods_not_ready")
        return self


class Fault(Section):
    """One fault on each of these services, with each combination of the values of its parameters."""

    fault: str = Field(description="one of GET /api/v1/faults/kinds")
    services: list[ServiceName] = Field(min_length=1, max_length=100)
    pods: Literal["one", "all"] = Field("one", description="one: drawn by the seed")
    parameters: dict[str, Any] = Field(default_factory=dict, description="a list of values makes a step of each")
    duration: Duration | None = Field(None, description="seconds; absent: the campaign's")
    allow_last_replica: bool | None = Field(None, description="absent: the campaign's")

    def combinations(self) -> Iterator[dict[str, Any]]:
        """Every choice of one value for each parameter; the last one varies fastest."""
        return _combinations(CATALOGUE[self.fault], self.parameters)

    def count(self) -> int:
        """How many injections it makes, without making them."""
        return len(self.services) * _count(CATALOGUE[self.fault], self.parameters)


class Member(Fault):
    after: Seconds = Field(0, description="seconds after the first of them took hold: a cascade")


class Together(Section):
    """Several faults, ordered as one: each combination of one injection of each."""

    together: list[Member] = Field(min_length=2, max_length=10)

    @model_validator(mode="after")
    def _one_begins(self) -> "Together":
        if all(member.after for member in self.together):
            raise ValueError("nothing begins it: give at least one of them no `after`")
        return self


class EventEntry(Section):
    """What a healthy system goes through, on each of these services: no fault, and never a label of a dataset."""

    event: str = Field(description="one of GET /api/v1/events/kinds")
    services: list[ServiceName] = Field(
        default_factory=list, max_length=100, description="absent only where no pod is changed: a load surge"
    )
    parameters: dict[str, Any] = Field(default_factory=dict, description="a list of values makes a step of each")
    duration: Duration | None = Field(None, description="seconds, of kinds that last; absent: the campaign's")
    allow_last_replica: bool | None = Field(None, description="absent: the campaign's")

    def combinations(self) -> Iterator[dict[str, Any]]:
        """As those of faults."""
        return _combinations(EVENTS[self.event], self.parameters)

    def count(self) -> int:
        """How many events it makes, without making them."""
        return max(1, len(self.services)) * _count(EVENTS[self.event], self.parameters)


FAULT: Final = "<fault>"
TOGETHER: Final = "<together>"


def _tag(content: Any) -> str:
    is_together = isinstance(content, Together) or (isinstance(content, Mapping) and "together" in content)
    return TOGETHER if is_together else FAULT


Entry = Annotated[Annotated[Fault, Tag(FAULT)] | Annotated[Together, Tag(TOGETHER)], Discriminator(_tag)]


def members(entry: Fault | Together) -> Sequence[Fault | Member]:
    """Those that are ordered as one."""
    return entry.together if isinstance(entry, Together) else [entry]


def after(fault: Fault | Member) -> float:
    return fault.after if isinstance(fault, Member) else 0.0


class CampaignFile(Section):
    # What its shape gives is not to be written, though it has no default here.
    model_config = ConfigDict(json_schema_extra={"required": ["name", "matrix"]})

    name: Name
    seed: int = Field(0, ge=0, lt=1 << 53, description="decides the order, the pauses, and which pod of a service")
    load: float | None = Field(None, ge=0, le=1000, description="requests per second; absent: as it is")
    shape: Shape = Field("rca", description="what the data are for; decides the defaults of the next five")
    warm_up: Seconds = Field(description="seconds for the system, and a new load, to settle; no normal time")
    duration: Duration = Field(description="seconds of each injection")
    normal_before: Seconds = Field(description="seconds of normal time before each injection")
    normal_after: Seconds = Field(description="seconds of normal time after each injection")
    pause_jitter: Seconds = Field(description="each pause is longer by up to so many seconds, drawn by the seed")
    cool_down: Seconds | None = Field(None, exclude=True, description="older: normal_after, without normal_before")
    repeats: int = Field(1, ge=1, le=100, description="how often the matrix is gone through")
    order: Literal["shuffled", "written"] = "shuffled"
    allow_last_replica: bool = Field(False, description="faults may take a service's last ready pod")
    on_recovery_failed: Literal["recreate", "abort", "continue"] = "recreate"
    steady: Steady = Field(default_factory=lambda: Steady())
    stop: list[Stop] = Field(default_factory=list, max_length=10)
    matrix: list[Entry] = Field(min_length=1, max_length=200)
    events: list[EventEntry] = Field(
        default_factory=list, max_length=100, description="hard negatives among the faults: they look like trouble"
    )

    @model_validator(mode="before")
    @classmethod
    def _by_its_shape(cls, content: Any) -> Any:
        return with_defaults(content) if isinstance(content, Mapping) else content

    def event_duration_of(self, entry: EventEntry) -> float | None:
        """None: it takes the time it takes."""
        if not EVENTS[entry.event].lasts:
            return None
        return self.duration if entry.duration is None else entry.duration

    def duration_of(self, fault: Fault) -> float:
        return self.duration if fault.duration is None else fault.duration

    def allows_last_replica(self, fault: Fault | EventEntry) -> bool:
        return self.allow_last_replica if fault.allow_last_replica is None else fault.allow_last_replica


def _combinations(kind: Parametrised, parameters: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    values = [
        value if is_sweep(kind, name, value) else [value]  # one value is a sweep of one
        for name, value in parameters.items()
    ]
    for chosen in product(*values):
        yield dict(zip(parameters, chosen, strict=True))


def _count(kind: Parametrised, parameters: Mapping[str, Any]) -> int:
    return prod(len(value) if is_sweep(kind, name, value) else 1 for name, value in parameters.items())


def is_sweep(kind: Parametrised, name: str, value: Any) -> bool:
    """A list stands for several values, unless the parameter itself is a list; then a list of lists does."""
    if not isinstance(value, list):
        return False
    parameter = _parameter(kind, name)
    is_list_itself = parameter is not None and parameter.type == "strings"
    return not is_list_itself or any(isinstance(item, list) for item in value)


def validate(content: Any) -> CampaignFile:
    """Raises UserError with messages per path, such as matrix.0.parameters.latency_ms."""
    try:
        file = CampaignFile.model_validate(content)
    except ValidationError as error:
        raise _refused(_messages(error)) from None
    errors = _parameter_errors(file) | _event_errors(file)
    errors = errors or _size_errors(file) | _load_errors(file) | _same_service_errors(file)
    if errors:
        raise _refused(errors)
    return file


def _refused(errors: dict[str, list[str]]) -> UserError:
    return UserError(said("campaign.invalid", "The campaign is not valid; see errors."), fields=errors)


def _messages(error: ValidationError) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in error.errors(include_url=False, include_context=False):
        path = ".".join(_shown(part) for part in each["loc"] if part not in (FAULT, TOGETHER)) or WHOLE
        found.setdefault(path, []).append(_unknown(each["loc"]) if each["type"] == "extra_forbidden" else each["msg"])
    return found


def _unknown(location: Sequence[int | str]) -> str:
    return f"unknown key; {instead(str(location[-1]), keys_beside(CampaignFile, location))}"


def _shown(part: object) -> str:
    """A key as the file has it, unless that can't be printed."""
    text = str(part)
    return text if text.isprintable() else repr(text)


def _parameter_errors(file: CampaignFile) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    for path, fault in faults_of(file):
        kind = CATALOGUE.get(fault.fault)
        if kind is None:
            errors[f"{path}.fault"] = [f"no fault is called {fault.fault!r}; {instead(fault.fault, CATALOGUE)}"]
            continue
        for name, message in _values_errors(kind, fault.parameters):
            errors.setdefault(f"{path}.parameters{name}", []).append(message)
    return errors


def _event_errors(file: CampaignFile) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    for index, entry in enumerate(file.events):
        path, kind = f"events.{index}", EVENTS.get(entry.event)
        if kind is None:
            errors[f"{path}.event"] = [f"no event is called {entry.event!r}; {instead(entry.event, EVENTS)}"]
            continue
        for name, message in _values_errors(kind, entry.parameters):
            errors.setdefault(f"{path}.parameters{name}", []).append(message)
        if kind.changes_pods and not entry.services:
            errors[f"{path}.services"] = [f"missing: on which services there is to be a {kind.name}"]
        if entry.duration is not None and not kind.lasts:
            errors[f"{path}.duration"] = [f"{kind.name} takes the time it takes; leave it out"]
    return errors


def faults_of(file: CampaignFile) -> Iterator[tuple[str, Fault | Member]]:
    """Each with its path in the file."""
    for index, entry in enumerate(file.matrix):
        if isinstance(entry, Together):
            yield from ((f"matrix.{index}.together.{number}", member) for number, member in enumerate(entry.together))
        else:
            yield f"matrix.{index}", entry


def _same_service_errors(file: CampaignFile) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    for index, entry in enumerate(file.matrix):
        seen: dict[str, int] = {}
        for number, member in enumerate(members(entry)):
            for service in dict.fromkeys(member.services):
                if (other := seen.setdefault(service, number)) != number:
                    path = f"matrix.{index}.together.{number}.services"
                    message = f"{service} is in together.{other} too, and a pod has one fault at a time"
                    errors.setdefault(path, []).append(message)
    return errors


def _values_errors(kind: Parametrised, given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in given.items():
        parameter = _parameter(kind, name)
        if parameter is None:
            known = sorted(each.name for each in kind.parameters)
            yield f".{_shown(name)}", f"{kind.name} has no such parameter; {instead(str(name), known)}"
        elif is_sweep(kind, name, value):
            yield from _sweep_errors(parameter, value)
        elif message := fault_of(parameter, value):
            yield f".{name}", message
    for parameter in kind.parameters:
        if parameter.required and parameter.name not in given:
            yield f".{parameter.name}", "missing"


def _sweep_errors(parameter: Parameter, values: Sequence[Any]) -> Iterator[tuple[str, str]]:
    if not values:
        yield f".{parameter.name}", "an empty list; name at least one value"
    for position, value in enumerate(values):
        if message := fault_of(parameter, value):
            yield f".{parameter.name}.{position}", message


def _size_errors(file: CampaignFile) -> dict[str, list[str]]:
    """Counted without making the steps: a small file can ask for billions."""
    steps = file.repeats * sum(
        len(members(entry)) * prod(member.count() for member in members(entry)) for entry in file.matrix
    )
    steps += file.repeats * sum(entry.count() for entry in file.events)
    return {"matrix": [f"makes {steps} steps; at most {MAX_STEPS}"]} if steps > MAX_STEPS else {}


def _load_errors(file: CampaignFile) -> dict[str, list[str]]:
    if file.load != 0:
        return {}
    message = "error_ratio and latency_p95_ms need requests, and load is 0"
    named = [("steady", file.steady), *((f"stop.{index}", each) for index, each in enumerate(file.stop))]
    return {path: [message] for path, conditions in named if conditions.needs_requests}


def _parameter(kind: Parametrised, name: str) -> Parameter | None:
    return next((each for each in kind.parameters if each.name == name), None)
