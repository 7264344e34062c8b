"""What each kind must move, by its parameters: on calls and samples that are written down one by one."""

from typing import Any

import pytest

from faults.effects.check import Finding, Question, check
from faults.effects.expected import Past, expected_of
from faults.effects.kpis import Kpi
from faults.effects.readings import Call, Readings, Way
from telemetry.records import Window

SECOND = 1_000_000
MEBIBYTE = 1 << 20
BEFORE = Window(0, 60 * SECOND)
DURING = Window(60 * SECOND, 80 * SECOND)


def calls(ms: float, window: Window, *, way: Way = "in", each_s: float = 0.2, **facts: Any) -> list[Call]:
    step = round(each_s * SECOND)
    failed = bool(facts.get("status"))
    return [Call(start, round(ms * 1000), failed, way, **facts) for start in range(window.start, window.end, step)]


def ticks(before: float, during: float) -> dict[int, float]:
    return {tick: before if tick < DURING.start else during for tick in range(0, DURING.end, SECOND)}


def counter(before: float, during: float) -> dict[int, float]:
    """What grows by so much a second."""
    total, found = 0.0, {}
    for tick, step in ticks(before, during).items():
        total += step
        found[tick] = total
    return found


def readings(found: list[Call], **series: dict[int, float]) -> Readings:
    every = range(0, DURING.end, SECOND)
    return Readings(calls=sorted(found, key=lambda call: call.start), ticks=every, watched=every, series=series)


def judged(kind: str, parameters: dict[str, Any], seen: Readings, during: Window = DURING) -> Finding:
    return check(Question(kind, "cartservice-0", parameters), seen, [BEFORE], during)


def kpi_of(kind: str, parameters: dict[str, Any], name: str) -> Kpi | None:
    found = expected_of(kind, parameters, Past(readings([]), [BEFORE]))
    assert found is not None
    return next((kpi for kpi in found.kpis if name in kpi.name), None)


@pytest.mark.parametrize(
    ("parameters", "during_ms", "effect"),
    [
        ({"latency_ms": 100, "direction": "to"}, 104, "confirmed"),
        ({"latency_ms": 100, "direction": "from"}, 99.5, "confirmed"),  # timers may fire half a millisecond early
        ({"latency_ms": 100, "direction": "both"}, 204, "confirmed"),
        ({"latency_ms": 100, "jitter_ms": 20}, 45, "confirmed"),
    ],
)
def test_a_delay_leaves_no_call_that_is_faster(parameters: dict[str, Any], during_ms: float, effect: str) -> None:
    """Each call crosses the hurt direction once, or both of them, however the pod takes part in it."""
    for way in ("in", "out"):
        found = calls(3, BEFORE, way=way) + calls(during_ms, DURING, way=way)
        finding = judged("network-delay", parameters, readings(found))
        assert (finding.effect, finding.evidence["kpi"]) == (
            effect,
            "calls to and from the pod faster than the injected delay",
        )
        assert (finding.evidence["before"], finding.evidence["during"]) == (1.0, 0.0)
        assert finding.onset is not None
        assert 0 < finding.onset - DURING.start <= during_ms * 1000


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        ("network-delay", {"latency_ms": 1}),
        ("network-delay", {"latency_ms": 4}),
        ("network-delay", {"latency_ms": 50, "jitter_ms": 20}),
        ("http-delay", {"delay_ms": 1}),
        ("io-latency", {"delay_ms": 4}),
    ],
)
def test_what_calls_scatter_by_is_no_floor(kind: str, parameters: dict[str, Any]) -> None:
    assert kpi_of(kind, parameters, "faster than") is None


def test_what_began_too_late_to_be_held_up_says_nothing() -> None:
    """The end of a fault frees what waits, up to a second before one knew that it was over."""
    freed = Window(DURING.end - 19 * SECOND // 10, DURING.end)
    found = calls(3, BEFORE) + calls(1005, Window(DURING.start, freed.start)) + calls(3, freed)
    assert judged("network-delay", {"latency_ms": 1000}, readings(found)).evidence["during"] == 0.0


def test_what_failed_at_once_is_not_fast() -> None:
    """A cut line is no delay: without a call that succeeded or took its time there is nothing to judge the floor by."""
    found = calls(3, BEFORE) + calls(2, DURING, status=14)
    finding = judged("network-delay", {"latency_ms": 100}, readings(found))
    assert "faster than the injected delay" not in str(finding.evidence)


@pytest.mark.parametrize(("hit", "effect"), [(50, "confirmed"), (2, "absent")])
def test_a_delay_of_some_requests_is_told_by_their_share(hit: int, effect: str) -> None:
    during = calls(3, DURING, each_s=0.05)
    slow = [Call(each.start, 303_000, False, "in") for each in during]
    mixed = [
        slow[index] if index * hit // 100 != (index + 1) * hit // 100 else call for index, call in enumerate(during)
    ]
    finding = judged("http-delay", {"delay_ms": 300, "percent": hit}, readings(calls(3, BEFORE) + mixed))
    assert finding.effect == effect


@pytest.mark.parametrize(
    ("direction", "ways", "whose"),
    [("from", ("in",), "to the pod"), ("to", ("out",), "from the pod"), ("both", ("in", "out"), "to and from the pod")],
)
def test_a_fault_of_requests_is_judged_by_those_it_hits(direction: str, ways: tuple[Way, ...], whose: str) -> None:
    """Those that others make, or that the pod makes: the other ones go on as before."""
    found = []
    for way in ("in", "out"):
        found += calls(3, BEFORE, way=way)
        found += calls(3, DURING, way=way, status=14 if way in ways else 0)
    finding = judged("http-abort", {"status": 14, "percent": 100, "direction": direction}, readings(found))
    assert (finding.effect, finding.evidence["kpi"]) == ("confirmed", f"calls {whose} answered with 14")
    assert (finding.evidence["before"], finding.evidence["during"]) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("asked", "seen", "effect"), [(14, 14, True), (503, 14, True), (404, 12, True), (14, 4, False)]
)
def test_an_abort_shows_as_its_own_status(asked: int, seen: int, effect: bool) -> None:
    """gRPC makes of an HTTP status what its mapping says; a deadline that passed is no abort."""
    found = calls(3, BEFORE) + calls(3, DURING, status=seen)
    finding = judged("http-abort", {"status": asked, "percent": 100}, readings(found))
    told = f"calls to the pod answered with {asked}"
    assert (finding.evidence["kpi"] == told) is effect


@pytest.mark.parametrize("prefix", ["", "asked:"])
def test_an_abort_shows_at_whichever_proxy_counts_it(prefix: str) -> None:
    """A front has no callers that make spans; a mesh may count an abort at the caller's proxy alone."""
    asked = {f"{prefix}requests": counter(10, 10), f"{prefix}answer 503": counter(0, 5)}
    finding = judged("http-abort", {"status": 503, "percent": 50}, readings([], **asked))
    assert finding.effect == "confirmed"
    assert finding.evidence["kpi"].endswith("answered with 503")
    assert finding.evidence["during"] == 0.5


def test_an_abort_that_only_callers_count_is_not_refuted_by_what_got_through() -> None:
    own = {"requests": counter(10, 5), "answer 200": counter(10, 5)}
    asked = {"asked:requests": counter(10, 10), "asked:answer 503": counter(0, 5)}
    finding = judged("http-abort", {"status": 503, "percent": 50}, readings([], **own, **asked))
    assert (finding.effect, finding.evidence["kpi"]) == ("confirmed", "requests to the service answered with 503")


def test_a_cut_lets_nothing_pass() -> None:
    """What it held up comes through when it is over, and is no call that passed."""
    held = [
        Call(start, DURING.end - start + 2000, False, "in") for start in range(DURING.start, DURING.end, SECOND // 5)
    ]
    finding = judged("network-partition", {}, readings(calls(3, BEFORE) + held))
    assert (finding.effect, finding.evidence["kpi"]) == ("confirmed", "calls to and from the pod that got through")
    assert finding.evidence["during"] == 0.0


def test_a_paused_pod_uses_no_cpu_at_all() -> None:
    finding = judged("process-pause", {}, readings([], cpu=counter(0.001, 0)))
    assert (finding.effect, finding.evidence["kpi"]) == ("confirmed", "ticks in which the pod used CPU")
    assert judged("process-pause", {}, readings([], cpu=counter(0.001, 0.0005))).effect == "absent"


@pytest.mark.parametrize(
    ("workers", "size_mib", "grown_mib", "effect"),
    [
        (1, 1, 4.2, "absent"),  # the worker itself: once this was confirmed
        (1, 1, 6.2, "absent"),
        (1, 64, 67, "confirmed"),
        (1, 64, 20, "absent"),
        (2, 64, 72, "confirmed"),
        (1, 16, 17, "confirmed"),
        (4, 16, 17, "absent"),
    ],
)
def test_memory_has_to_grow_by_what_was_asked_for(workers: int, size_mib: int, grown_mib: float, effect: str) -> None:
    memory = ticks(60.0 * MEBIBYTE, (60 + grown_mib) * MEBIBYTE)
    parameters = {"workers": workers, "size_bytes": size_mib * MEBIBYTE}
    assert judged("memory-stress", parameters, readings([], memory=memory)).effect == effect


@pytest.mark.parametrize(
    ("load", "limit", "used", "effect"),
    [(100, 0.2, 0.19, "confirmed"), (100, 0.2, 0.1, "absent"), (10, 2.0, 0.12, "confirmed"), (10, 2.0, 0.05, "absent")],
)
def test_cpu_has_to_grow_by_what_the_limit_leaves(load: int, limit: float, used: float, effect: str) -> None:
    """At least half of it; the pod used 0.03 cores before."""
    series = {
        "cpu": counter(0.03, used),
        "cpu_quota": ticks(limit * 100_000, limit * 100_000),
        "cpu_period": ticks(100_000, 100_000),
    }
    assert judged("cpu-stress", {"workers": 1, "load": load}, readings([], **series)).effect == effect


def test_a_narrow_link_leaves_no_call_that_is_faster_than_its_bytes() -> None:
    """1000 bytes an answer, at 5000 bytes a second."""
    series = {"requests": counter(5, 4), "response_bytes": counter(5000, 4000), "request_bytes": counter(500, 400)}
    found = calls(3, BEFORE) + calls(230, DURING)
    parameters = {"rate_bytes_per_s": 5000, "direction": "to"}
    finding = judged("network-bandwidth", parameters, readings(found, **series))
    assert finding.effect == "confirmed"
    assert finding.evidence["kpi"] == "calls to the pod faster than its rate lets their bytes pass"


def test_the_proxy_s_milliseconds_are_milliseconds() -> None:
    """They were cut to the number of requests once, so that no delay could show in them."""
    series = {"asked:requests": counter(10, 10), "asked:request_ms": counter(30, 3000)}
    finding = judged("http-delay", {"delay_ms": 300, "percent": 100}, readings([], **series))
    assert (finding.effect, finding.evidence["kpi"]) == (
        "confirmed",
        "duration of requests at the proxies of its callers",
    )
    assert (finding.evidence["before"], finding.evidence["during"]) == (3.0, 300.0)


def restarted(at: list[int], skipped: range = range(0)) -> Readings:
    """Of a pod among many."""
    every = [tick * SECOND for tick in range(83) if tick not in skipped]
    own = {tick: float(sum(tick >= each * SECOND for each in at)) for tick in every}
    others = {f"other-{index}": dict.fromkeys(every, 0.0) for index in range(30)}
    ready = {pod: dict.fromkeys(every, 1.0) for pod in (*others, "cartservice-0")}
    return Readings(ticks=every, watched=every, ready=ready, restarts=others | {"cartservice-0": own})


def test_a_kill_without_a_restart_was_none() -> None:
    during = Window(60 * SECOND, 63 * SECOND)
    assert judged("pod-kill", {}, restarted([61]), during).effect == "confirmed"
    found = judged("pod-kill", {}, restarted([]), during)
    assert (found.effect, found.evidence["kpi"]) == ("absent", "restarts of the pod")


def test_a_sampler_that_was_late_has_missed_no_restart() -> None:
    during = Window(60 * SECOND, 67 * SECOND)
    found = judged("pod-kill", {}, restarted([63], skipped=range(62, 66)), during)
    assert (found.effect, found.evidence["kpi"]) == ("confirmed", "restarts of the pod")


def test_ticks_at_which_nobody_asked_the_pods_are_no_ticks_at_which_they_were_down() -> None:
    """The machine and the mesh were sampled, the containers were not."""
    seen = readings([], ready=ticks(1.0, 1.0), cpu=counter(0.01, 0.01))
    blind = Readings(ticks=seen.ticks, watched=range(0, 66 * SECOND, SECOND), series=seen.series)
    assert judged("pod-failure", {}, blind).effect == "absent"


def test_a_drop_of_latency_is_no_delay() -> None:
    """The machine was busy before, and is not any more."""
    found = calls(80, BEFORE) + calls(8, DURING)
    assert judged("network-delay", {"latency_ms": 300}, readings(found)).effect == "absent"
    assert judged("network-loss", {"loss": 20}, readings(found)).effect == "absent"
