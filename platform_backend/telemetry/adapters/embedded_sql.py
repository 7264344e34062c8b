"""SQL of the embedded telemetry source. {rows} stands for the rows of the window; all values are bound."""

from collections.abc import Sequence
from typing import Any, Final

from telemetry.paging import by_key, longest_of
from telemetry.ports import AroundQuery, DurationQuery, LogQuery, MetricQuery, Place, TraceQuery
from telemetry_store.schemas import SPAN_IS_ERROR

LOG_COLUMNS: Final = "log_id, timestamp, service, pod, level, message, trace_id, span_id"
SPAN_COLUMNS: Final = (
    "timestamp, duration, trace_id, span_id, parent_span_id, service, pod, operation_name, kind, type, status_code"
)

SPANS_OF_TRACE: Final = f"select {SPAN_COLUMNS} from {{rows}} where trace_id = $trace_id order by timestamp, span_id"  # noqa: S608 - a constant

METRIC_NAMES: Final = "select distinct metric from {rows} order by metric"

# First the page, from numbers alone; then the names of its few traces. A root ranks before every other span of its
# trace: 1 << 61 µs is later than any time.
_TRACES: Final = f"""
with traces as (
    select trace_id, min(timestamp) as started, max(timestamp + duration) - min(timestamp) as length,
           count(*) as spans, count(*) filter (where {SPAN_IS_ERROR}) as errors, [CHOSEN] as chosen
    from {{rows}} group by trace_id
), page as (
    select * from traces
    where chosen and [CONDITION]
    order by started desc, trace_id desc limit $limit
), ranked as (
    select *, timestamp + case when parent_span_id is null then 0 else 2305843009213693952 end as rank
    from {{rows}} where trace_id in (select trace_id from page)
), names as (
    select trace_id, arg_min(service, rank) as service, arg_min(operation_name, rank) as operation_name
    from ranked group by trace_id
)
select trace_id, started, length, service, operation_name, spans, errors
from page join names using (trace_id) order by started desc, trace_id desc
"""  # noqa: S608 - a constant

# A call is a client span. Who was called: the service of its server span; where there is none (the call never
# arrived), the service that serves the same operation otherwise.
TOPOLOGY: Final = f"""
with spans as (select * from {{rows}}),
served as (
    select trace_id, parent_span_id, min(service) as service from spans where kind = 'server' group by all
), operations as (
    select operation_name, min(service) as service from spans where kind = 'server' and type = 'grpc' group by all
), calls as (
    select client.service as source, coalesce(served.service, operations.service) as destination,
           client.duration, ({SPAN_IS_ERROR}) as failed
    from spans as client
    left join served on served.trace_id = client.trace_id and served.parent_span_id = client.span_id
    left join operations on operations.operation_name = client.operation_name and client.type = 'grpc'
    where client.kind = 'client'
)
select source, destination, count(*), avg(failed::int),
       quantile_cont(duration, 0.5), quantile_cont(duration, 0.95)
from calls where destination is not null group by source, destination order by source, destination
"""  # noqa: S608 - a constant

SERVED: Final = f"""
select service, count(*), avg(({SPAN_IS_ERROR})::int), quantile_cont(duration, 0.95)
from {{rows}} where kind = 'server' group by service order by service
"""  # noqa: S608 - a constant

_LAST_VALUE: Final = """
select service, pod, labels, (timestamp - $origin) // $step as step, arg_max(value, timestamp)
from {rows} where [CHOSEN] group by all order by service, pod, labels, step
"""

# Per second between neighbouring samples; a counter that falls has begun again at zero.
_RATE: Final = """
with differences as (
    select *, value - lag(value) over series as delta, timestamp - lag(timestamp) over series as elapsed
    from {rows} where [CHOSEN] window series as (partition by service, pod, labels order by timestamp)
)
select service, pod, labels, (timestamp - $origin) // $step as step,
       sum(case when delta < 0 then value else delta end) * 1e6 / sum(elapsed)
from differences where elapsed > 0 and timestamp >= $origin group by all order by service, pod, labels, step
"""


class Conditions:
    """SQL conditions joined by `and`, with their bound parameters."""

    def __init__(self) -> None:
        self.parameters: dict[str, Any] = {}
        self._terms: list[str] = []

    def add(self, term: str, **parameters: Any) -> None:
        self._terms.append(f"({term})")
        self.parameters.update(parameters)

    def one_of(self, column: str, values: Sequence[str]) -> None:
        """No values: any."""
        if values:
            self.add(f"list_contains(${column}_choice::varchar[], {column})", **{f"{column}_choice": list(values)})

    def __str__(self) -> str:
        return " and ".join(self._terms) or "true"


def log_conditions(query: LogQuery) -> Conditions:
    conditions = Conditions()
    conditions.one_of("service", query.services)
    conditions.one_of("pod", query.pods)
    conditions.one_of("level", query.levels)
    if query.contains:
        conditions.add("contains(message, $contains)", contains=query.contains)
    if query.search:
        conditions.add("contains(lower(message), lower($search))", search=query.search)
    if query.regex:
        conditions.add("regexp_matches(message, $regex)", regex=query.regex)
    if query.trace_id:
        conditions.add("trace_id = $trace_id", trace_id=query.trace_id)
    if query.span_id:
        conditions.add("span_id = $span_id", span_id=query.span_id)
    return conditions


def log_page(conditions: Conditions) -> str:
    return f"select {LOG_COLUMNS} from {{rows}} where {conditions} order by timestamp desc, log_id desc limit $limit"  # noqa: S608 - bound


def arrivals(conditions: Conditions) -> str:
    wanted = f"{conditions} and log_id > $after and log_id <= $last"
    return f"select {LOG_COLUMNS} from {{rows}} where {wanted} order by log_id limit $limit"  # noqa: S608 - bound


# The longest are few and what one looks for; the choice of the others follows from what they are.
_POINTS: Final = f"""
with spans as materialized (
    select timestamp, duration, trace_id, span_id, service, operation_name, ({SPAN_IS_ERROR}) as failed
    from {{rows}} where [CHOSEN]
), longest as (
    select * from spans order by duration desc, span_id limit $longest
), others as (
    select * from spans anti join longest using (trace_id, span_id)
    order by hash(trace_id || span_id), span_id limit $others
)
select (select count(*) from spans), *
from (select * from longest union all select * from others) order by timestamp, span_id
"""  # noqa: S608 - a constant


def durations_conditions(query: DurationQuery) -> Conditions:
    conditions = Conditions()
    conditions.one_of("service", query.services)
    conditions.one_of("pod", query.pods)
    conditions.one_of("operation_name", query.operations)
    if not conditions.parameters:
        conditions.add("parent_span_id is null")
    return conditions


def duration_points(query: DurationQuery, limit: int) -> tuple[str, dict[str, Any]]:
    conditions = durations_conditions(query)
    sizes = {"longest": longest_of(limit), "others": limit - longest_of(limit)}
    return _POINTS.replace("[CHOSEN]", str(conditions)), {**conditions.parameters, **sizes}


def durations(query: DurationQuery) -> tuple[str, dict[str, Any]]:
    conditions = durations_conditions(query)
    sql = f"""
        select (timestamp - $origin) // $step as step, floor(2 * log2(greatest(duration, 1)))::int as level,
               count(*), count(*) filter (where {SPAN_IS_ERROR})
        from {{rows}} where {conditions} group by all order by step, level
    """  # noqa: S608 - bound
    return sql, conditions.parameters


def log_itself(log_id: int) -> tuple[str, dict[str, Any]]:
    return f"select {LOG_COLUMNS} from {{rows}} where log_id = $log_id", {"log_id": log_id}  # noqa: S608 - bound


def logs_after(query: AroundQuery) -> tuple[str, dict[str, Any]]:
    conditions = Conditions()
    conditions.one_of("service", query.services)
    conditions.one_of("pod", query.pods)
    conditions.add("(timestamp, log_id) > ($place, $place_id)", place=query.timestamp, place_id=query.log_id)
    sql = f"select {LOG_COLUMNS} from {{rows}} where {conditions} order by timestamp, log_id limit $limit"  # noqa: S608 - bound
    return sql, {**conditions.parameters, "limit": query.after}


def log_histogram(conditions: Conditions) -> str:
    return f"""
        select (timestamp - $origin) // $step as step, level, count(*)
        from {{rows}} where {conditions} group by all order by step, level
    """  # noqa: S608 - bound


def trace_page(query: TraceQuery, after: Place | None) -> tuple[str, dict[str, Any]]:
    parameters: dict[str, Any] = {"limit": query.limit + 1}
    chosen, condition = Conditions(), Conditions()
    chosen.one_of("service", query.services)
    chosen.one_of("pod", query.pods)
    chosen.one_of("operation_name", query.operations)
    if query.status != "any":
        condition.add("errors > 0" if query.status == "error" else "errors = 0")
    condition.add("length >= $min_duration", min_duration=query.min_duration)
    if query.max_duration is not None:
        condition.add("length <= $max_duration", max_duration=query.max_duration)
    if after:
        condition.add("(started, trace_id) < ($after, $after_id)", after=after[0], after_id=after[1])
    sql = _TRACES.replace("[CHOSEN]", f"bool_or({chosen})").replace("[CONDITION]", str(condition))
    return sql, {**parameters, **chosen.parameters, **condition.parameters}


def metric_range(query: MetricQuery) -> tuple[str, dict[str, Any]]:
    conditions = Conditions()
    conditions.add("metric = $metric", metric=query.metric)
    conditions.one_of("service", query.services)
    conditions.one_of("pod", query.pods)
    for index, pairs in enumerate(by_key(query.labels)):
        name = f"labels_{index}"
        within = "contains(',' || labels || ',', pair)"
        conditions.add(
            f"list_has_any(list_transform(${name}::varchar[], lambda pair: {within}), [true])",
            **{name: [f",{pair}," for pair in pairs]},
        )
    sql = (_RATE if query.rate else _LAST_VALUE).replace("[CHOSEN]", str(conditions))
    return sql, {**conditions.parameters, "origin": query.window.start, "step": query.step}
