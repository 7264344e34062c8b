"""A small shop's telemetry from a seed: frontend calls cartservice-0 and -1. Noisy, bursty, serially correlated.

It also calls adservice, with which nothing is ever wrong, on a machine that may be busy.
"""

import math
import random
from collections.abc import Callable, Iterator
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
    Service("frontend", 1, "http", ("cartservice", "adservice")),
    Service("adservice", 1, "grpc", ()),
    Service("cartservice", 2, "grpc", ("redis-cart",)),
    Service("redis-cart", 1, "tcp", ()),
)
LABELS = (
    "destination_workload=cartservice,grpc_response_status={},reporter={},request_protocol=grpc,response_code=200,"
    "source_workload=frontend"
)


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
    status: int = 14  # of the calls that fail
    traffic: float = 1.0  # what is left of the calls


@dataclass
class Shop:
    seed: int
    harm: Harm = field(default_factory=Harm)
    calls_per_s: float = 5.0
    after: Harm = field(default_factory=Harm)  # what is left of it after END
    seconds: int = BEFORE_S + FAULT_S + AFTER_S
    visitors: Callable[[int], float] = lambda second: 1.0  # what is left of the load
    # Milliseconds that a call waits for a CPU in this second, on average; 0: the machine is calm.
    wait_ms: Callable[[int], float] = lambda second: 0.0
    # Share of the calls that fail at cartservice-0 and are made again, and of those that take up to 400 ms longer.
    stumbles: float = 0.0
    others_ms: float = 0.0  # that adservice takes longer from START to END

    def telemetry(self) -> FakeTelemetry:
        chance = random.Random(self.seed)
        self._machine = random.Random(f"{self.seed}:machine")
        self._luck = random.Random(f"{self.seed}:luck")
        self._bursts = list(_autoregressive(random.Random(f"{self.seed}:bursts"), self.seconds))
        spans = [*self._spans(chance), *self._spans_of_others()]
        return FakeTelemetry(spans=spans, samples=[*self._samples(chance), *self._samples_of_the_node()])

    def _waits(self, second: int) -> int:
        """Microseconds; the machine's waits come in bursts that hit everybody."""
        mean = self.wait_ms(second) * math.exp(self._bursts[second])
        return round(1000 * self._machine.expovariate(1 / mean)) if mean else 0

    def _harm(self, second: int) -> Harm:
        if BEFORE_S <= second < BEFORE_S + FAULT_S:
            return self.harm
        return self.after if second >= BEFORE_S + FAULT_S else Harm()

    def _spans(self, chance: random.Random) -> Iterator[Span]:
        wander = 0.0
        for second in range(self.seconds):
            wander = 0.7 * wander + chance.gauss(0, 0.15)  # load that comes and goes
            harm = self._harm(second)
            rate = self.calls_per_s * harm.traffic * self.visitors(second)
            for number in range(_poisson(chance, rate * math.exp(wander))):
                yield from self._call(chance, second, f"{second}-{number}", wander, harm)

    def _call(self, chance: random.Random, second: int, name: str, wander: float, harm: Harm) -> Iterator[Span]:
        start = T0 + second * SECOND + chance.randrange(SECOND)
        work = round(1000 * math.exp(chance.gauss(1.3, 0.4) + wander)) + self._waits(second)
        late = round(harm.delay_ms * 1000) if chance.random() < harm.delayed else 0
        if self._stumbles():
            work += round(1000 * min(400, 60 * self._luck.lognormvariate(0, 0.6)))
        lost = harm.down or chance.random() < harm.failing
        if not lost and self._stumbles():
            yield from self._refused(start - 20_000, f"{name}-first")
        status = harm.status if lost or chance.random() < 0.004 else 0
        client = Span(start, work + late + 600, "t", f"c{name}", None, "frontend", "frontend-0", "/shop.Cart/Get",
                      "client", "grpc", status)  # fmt: skip
        yield client
        if not lost:
            yield replace(
                client, timestamp=start + 300 + late // 2, duration=work, span_id=f"s{name}",
                parent_span_id=f"c{name}", service="cartservice", pod=POD, kind="server",
            )  # fmt: skip

    def _stumbles(self) -> bool:
        return bool(self.stumbles) and self._luck.random() < self.stumbles

    def _refused(self, start: int, name: str) -> Iterator[Span]:
        client = Span(start, 1200, "t", f"c{name}", None, "frontend", "frontend-0", "/shop.Cart/Get", "client", "grpc",
                      14)  # fmt: skip
        yield client
        yield replace(client, timestamp=start + 300, duration=600, span_id=f"s{name}", parent_span_id=f"c{name}",
                      service="cartservice", pod=POD, kind="server")  # fmt: skip

    def _spans_of_others(self) -> Iterator[Span]:
        """A request at the front for each call to the cart, which calls for an advertisement."""
        chance = random.Random(f"{self.seed}:others")
        for second in range(self.seconds):
            for number in range(_poisson(chance, self.calls_per_s * self.visitors(second))):
                start = T0 + second * SECOND + chance.randrange(SECOND)
                longer = self.others_ms if BEFORE_S <= second < BEFORE_S + FAULT_S else 0.0
                work = round(1000 * (math.exp(chance.gauss(1.5, 0.3)) + longer)) + self._waits(second)
                name = f"{second}-{number}"
                root = Span(start, work + 900, "t", f"r{name}", None, "frontend", "frontend-0", "GET /", "server",
                            "http", 200)  # fmt: skip
                client = replace(root, duration=work + 600, span_id=f"a{name}", parent_span_id=root.span_id,
                                 operation_name="/shop.Ads/Get", kind="client", type="grpc", status_code=0)  # fmt: skip
                yield root
                yield client
                yield replace(client, duration=work, span_id=f"b{name}", parent_span_id=client.span_id, kind="server",
                              service="adservice", pod="adservice-0")  # fmt: skip

    def _samples_of_the_node(self) -> Iterator[Sample]:
        """Two cores."""
        idle = used = waiting = 0.0
        for second in range(self.seconds):
            busy = bool(self.wait_ms(second))
            idle, used, waiting = idle + (0.02 if busy else 1.4), used + (1.98 if busy else 0.6), waiting + 0.9 * busy
            values = (("node_cpu_seconds_total", "mode=idle", idle), ("node_cpu_seconds_total", "mode=user", used),
                      ("node_pressure_cpu_waiting_seconds_total", "", waiting))  # fmt: skip
            for metric, labels, value in values:
                yield Sample(T0 + second * SECOND, "", "", metric, labels, value)

    def _samples(self, chance: random.Random) -> Iterator[Sample]:
        cpu, load, memory, requests, failed, throttled, restarts = 5.0, 0.0, 60.0 * MEBIBYTE, 100.0, 0.0, 0.0, 0.0
        refused = 0
        for second in range(self.seconds):
            tick, harm = T0 + second * SECOND, self._harm(second)
            load = 0.6 * load + chance.gauss(0, 0.2)
            cpu += min(0.15, 0.02 * math.exp(load) + harm.cpu)
            memory += chance.choice((0, 0, 0, 4096, 65536))
            throttled += 10.0 if harm.cpu > 0.1 else float(chance.random() < 0.05)
            calls = _poisson(chance, self.calls_per_s * harm.traffic * self.visitors(second))
            rejected = sum(chance.random() < harm.failing for _ in range(calls))
            refused += sum(self._stumbles() for _ in range(calls))
            requests, failed = requests + calls - rejected, failed + rejected
            into = second - BEFORE_S
            gone = harm.down or (harm.killed_s > 0 and into < harm.killed_s)
            restarts += harm.killed_s > 0 and into == harm.killed_s
            yield from _of_others(tick)
            yield _sample(tick, "kube_pod_status_ready", float(not gone))
            yield _sample(tick, "kube_pod_container_status_restarts_total", restarts)
            yield _sample(tick, "istio_requests_total", requests, LABELS.format(0, "destination"))
            yield _sample(tick, "istio_requests_total", requests, LABELS.format(0, "source"), "frontend-0")
            if refused:
                yield _sample(tick, "istio_requests_total", refused, LABELS.format(14, "destination"))
            if failed or refused:  # those that failed did not reach it
                both = failed + refused
                yield _sample(tick, "istio_requests_total", both, LABELS.format(harm.status, "source"), "frontend-0")
            if not gone:
                yield _sample(tick, "container_cpu_usage_seconds_total", cpu)
                yield _sample(tick, "container_spec_cpu_quota", 15_000)  # a little more than it may get to use
                yield _sample(tick, "container_spec_cpu_period", 100_000)
                yield _sample(tick, "container_cpu_cfs_periods_total", 10.0 * second)
                yield _sample(tick, "container_cpu_cfs_throttled_periods_total", throttled)
                yield _sample(tick, "container_memory_working_set_bytes", memory + harm.memory)


def _of_others(tick: int) -> Iterator[Sample]:
    for index in range(14):
        yield _sample(tick, "kube_pod_container_status_restarts_total", 0.0, pod=f"other-{index}")
        yield _sample(tick, "kube_pod_status_ready", 1.0, pod=f"other-{index}")


def _sample(tick: int, metric: str, value: float, labels: str = "", pod: str = POD) -> Sample:
    return Sample(tick, pod.rpartition("-")[0], pod, metric, labels, value)


def _autoregressive(chance: random.Random, count: int) -> Iterator[float]:
    value = 0.0
    for _ in range(count):
        value = 0.8 * value + chance.gauss(0, 0.3)
        yield value


def _poisson(chance: random.Random, mean: float) -> int:
    """D. E. Knuth's way."""
    limit, product, count = math.exp(-mean), chance.random(), 0
    while product > limit:
        product *= chance.random()
        count += 1
    return count
