"""A small shop's telemetry from a seed: frontend calls cartservice-0 and -1. Noisy, bursty, serially correlated."""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from systems.ports import Service
from telemetry.adapters.fake import FakeTelemetry
from telemetry.records import Sample, Span

SECOND = 1_000_000
MEBIBYTE = 1 << 20
T0 = 1_760_000_000 * SECOND
BEFORE_S, FAULT_S, AFTER_S = 60, 20, 15
START = T0 + BEFORE_S * SECOND
END = START + FAULT_S * SECOND
POD = "cartservice-0"
PODS = (POD, "cartservice-1", "frontend-0")
SERVICES = (
    Service("frontend", 1, "http", ("cartservice",)),
    Service("cartservice", 2, "grpc", ("redis-cart",)),
    Service("redis-cart", 1, "tcp", ()),
)
LABELS = "grpc_response_status={},reporter=destination,request_protocol=grpc,response_code=200,source_workload=frontend"


@dataclass(frozen=True)
class Harm:
    """What happens to cartservice-0 from START to END. The default is nothing at all."""

    delay_ms: float = 0.0  # seen by its callers
    delayed: float = 1.0  # share of the calls
    failing: float = 0.0  # share of the calls, before they reach it
    cpu: float = 0.0  # cores
    memory: float = 0.0  # bytes
    down: bool = False
    killed_s: int = 0  # seconds without process, then a restart
    traffic: float = 1.0  # what is left of the calls


@dataclass
class Shop:
    seed: int
    harm: Harm = field(default_factory=Harm)
    calls_per_s: float = 5.0
    after: Harm = field(default_factory=Harm)  # what is left of it after END
    seconds: int = BEFORE_S + FAULT_S + AFTER_S

    def telemetry(self) -> FakeTelemetry:
        chance = random.Random(self.seed)
        return FakeTelemetry(spans=list(self._spans(chance)), samples=list(self._samples(chance)))

    def _harm(self, second: int) -> Harm:
        if BEFORE_S <= second < BEFORE_S + FAULT_S:
            return self.harm
        return self.after if second >= BEFORE_S + FAULT_S else Harm()

    def _spans(self, chance: random.Random) -> Iterator[Span]:
        wander = 0.0
        for second in range(self.seconds):
            wander = 0.7 * wander + chance.gauss(0, 0.15)  # load that comes and goes
            harm = self._harm(second)
            for number in range(_poisson(chance, self.calls_per_s * harm.traffic * math.exp(wander))):
                yield from self._call(chance, second, f"{second}-{number}", wander, harm)

    def _call(self, chance: random.Random, second: int, name: str, wander: float, harm: Harm) -> Iterator[Span]:
        start = T0 + second * SECOND + chance.randrange(SECOND)
        work = round(1000 * math.exp(chance.gauss(1.3, 0.4) + wander))
        late = round(harm.delay_ms * 1000) if chance.random() < harm.delayed else 0
        lost = harm.down or chance.random() < harm.failing
        status = 14 if lost or chance.random() < 0.004 else 0
        client = Span(start, work + late + 600, "t", f"c{name}", None, "frontend", "frontend-0", "/shop.Cart/Get",
                      "client", "grpc", status)  # fmt: skip
        yield client
        if not lost:
            yield replace(
                client, timestamp=start + 300 + late // 2, duration=work, span_id=f"s{name}",
                parent_span_id=f"c{name}", service="cartservice", pod=POD, kind="server",
            )  # fmt: skip

    def _samples(self, chance: random.Random) -> Iterator[Sample]:
        cpu, load, memory, requests, failed, throttled, restarts = 5.0, 0.0, 60.0 * MEBIBYTE, 100.0, 0.0, 0.0, 0.0
        for second in range(self.seconds):
            tick, harm = T0 + second * SECOND, self._harm(second)
            load = 0.6 * load + chance.gauss(0, 0.2)
            cpu += min(0.15, 0.02 * math.exp(load) + harm.cpu)
            memory += chance.choice((0, 0, 0, 4096, 65536))
            throttled += 10.0 if harm.cpu > 0.1 else float(chance.random() < 0.05)
            calls = _poisson(chance, self.calls_per_s * harm.traffic)
            rejected = sum(chance.random() < harm.failing for _ in range(calls))
            requests, failed = requests + calls - rejected, failed + rejected
            into = second - BEFORE_S
            gone = harm.down or (harm.killed_s > 0 and into < harm.killed_s)
            restarts += harm.killed_s > 0 and into == harm.killed_s
            yield from _of_others(tick)
            yield _sample(tick, "kube_pod_status_ready", float(not gone))
            yield _sample(tick, "kube_pod_container_status_restarts_total", restarts)
            yield _sample(tick, "istio_requests_total", requests, LABELS.format(0))
            if failed:
                yield _sample(tick, "istio_requests_total", failed, LABELS.format(14))
            if not gone:
                yield _sample(tick, "container_cpu_usage_seconds_total", cpu)
                yield _sample(tick, "container_cpu_cfs_periods_total", 10.0 * second)
                yield _sample(tick, "container_cpu_cfs_throttled_periods_total", throttled)
                yield _sample(tick, "container_memory_working_set_bytes", memory + harm.memory)


def _of_others(tick: int) -> Iterator[Sample]:
    for index in range(14):
        yield _sample(tick, "kube_pod_container_status_restarts_total", 0.0, pod=f"other-{index}")
        yield _sample(tick, "kube_pod_status_ready", 1.0, pod=f"other-{index}")


def _sample(tick: int, metric: str, value: float, labels: str = "", pod: str = POD) -> Sample:
    return Sample(tick, pod.rpartition("-")[0], pod, metric, labels, value)


def _poisson(chance: random.Random, mean: float) -> int:
    """D. E. Knuth's way."""
    limit, product, count = math.exp(-mean), chance.random(), 0
    while product > limit:
        product *= chance.random()
        count += 1
    return count
