"""What of the mesh counts towards whom."""

from faults.effects.reading import read
from faults.effects.readings import subject_of
from systems.ports import Service
from telemetry.adapters.fake import FakeTelemetry
from telemetry.records import Sample, Window

SECOND = 1_000_000
SERVICES = [Service("frontend", 1, "http", ("cartservice",)), Service("cartservice", 2, "grpc", ())]
LABELS = "destination_workload={},grpc_response_status=0,reporter={},response_code=200"
REQUESTS, DURATION = "istio_requests_total", "istio_request_duration_milliseconds_sum"


def sample(pod: str, metric: str, callee: str, reporter: str, value: float) -> Sample:
    return Sample(SECOND, pod.rpartition("-")[0], pod, metric, LABELS.format(callee, reporter), value)


def test_what_callers_count_of_the_service_is_told_from_what_the_pod_counts() -> None:
    """A delay or an abort by the caller's proxy is in the first alone."""
    source = FakeTelemetry(
        samples=[
            sample("cartservice-0", REQUESTS, "cartservice", "destination", 5),
            sample("cartservice-0", DURATION, "cartservice", "destination", 50),
            sample("cartservice-1", REQUESTS, "cartservice", "destination", 7),
            sample("frontend-0", REQUESTS, "cartservice", "source", 20),
            sample("frontend-0", DURATION, "cartservice", "source", 6000),
            sample("frontend-0", REQUESTS, "adservice", "source", 900),
            sample("frontend-0", DURATION, "adservice", "source", 900),
        ]
    )
    found = read(source, subject_of("cartservice-0", "cartservice", "", SERVICES), [Window(0, 2 * SECOND)]).series
    assert {name: found[name][SECOND] for name in ("requests", "request_ms")} == {"requests": 5, "request_ms": 50}
    assert {name: found[f"asked:{name}"][SECOND] for name in ("requests", "request_ms")} == {
        "requests": 20,
        "request_ms": 6000,
    }
