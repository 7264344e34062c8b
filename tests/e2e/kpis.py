"""The KPI that each kind of fault must move, computed from a csv dataset with plain pandas as its users would."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd


@dataclass(frozen=True)
class Label:
    kind: str
    pod: str
    service: str
    start: float  # seconds since the epoch
    end: float
    effect: str = ""


@dataclass(frozen=True)
class Dataset:
    folder: Path

    def labels(self) -> list[Label]:
        injections = json.loads((self.folder / "groundtruth/injections.json").read_text())["injections"]
        return [
            Label(injection["kind"], pod["pod"], pod["service"], pod["start"] / 1e6, pod["end"] / 1e6, pod["effect"])
            for injection in injections
            for pod in injection["pods"]
        ]

    def spans(self) -> pd.DataFrame:
        spans = pd.read_csv(self.folder / "trace/trace.csv", dtype={"parent_span": "string"})
        return spans.assign(seconds=spans.timestamp / 1e6, ended=(spans.timestamp + spans.duration) / 1e6)

    def metric(self, group: str, name: str) -> pd.DataFrame:
        return pd.read_csv(self.folder / f"metric/{group}/kpi_{name}.csv")


def calls_to(dataset: Dataset, service: str) -> pd.DataFrame:
    """Client spans towards a service, as its callers saw them."""
    spans = dataset.spans()
    rpc_service = RPC_SERVICES[service]
    return spans[(spans.type == "external") & spans.operation_name.str.startswith(f"/hipstershop.{rpc_service}/")]


def latency_ms(dataset: Dataset, label: Label, start: float, end: float) -> float:
    """Median milliseconds of calls to the service that began in [start, end)."""
    calls = calls_to(dataset, label.service)
    return float(calls[calls.seconds.between(start, end, inclusive="left")].duration.median() / 1e3)


def failed_share(dataset: Dataset, label: Label, start: float, end: float) -> float:
    """Share of calls of the pod's service that ended with an error for the callers' proxies, 0..1."""
    requests = dataset.metric("istio", "istio_requests_total")
    asked = requests[requests.cmdb_id.str.fullmatch(rf"[^.]+\.source\.[^.]+\.{label.service}")]
    grown = asked.groupby(["cmdb_id", "kpi_name"]).apply(lambda series: _growth(series, start, end))
    failed = [not name.endswith(".200.0") and not name.endswith(".200.") for _, name in grown.index]
    return float(grown[failed].sum() / grown.sum())


def unready_share(dataset: Dataset, label: Label, start: float, end: float) -> float:
    """Share of samples in which the pod was not ready, 0..1."""
    ready = dataset.metric("container", "kube_pod_status_ready")
    mine = ready[ready.cmdb_id.str.endswith(f".{label.pod}") & ready.timestamp.between(start, end)]
    return float(1 - mine.value.mean())


def _growth(series: pd.DataFrame, start: float, end: float) -> float:
    """How much a counter grew in [start, end]; a series that began meanwhile counts from zero."""
    ordered = series.sort_values("timestamp")
    before = ordered[ordered.timestamp <= start].value
    within = ordered[ordered.timestamp <= end].value
    if within.empty:
        return 0.0
    return float(within.iloc[-1] - (before.iloc[-1] if len(before) else 0.0))


RPC_SERVICES = {
    "adservice": "AdService",
    "cartservice": "CartService",
    "checkoutservice": "CheckoutService",
    "currencyservice": "CurrencyService",
    "emailservice": "EmailService",
    "paymentservice": "PaymentService",
    "productcatalogservice": "ProductCatalogService",
    "recommendationservice": "RecommendationService",
    "shippingservice": "ShippingService",
}


@dataclass(frozen=True)
class Kpi:
    """What a kind must move: at least `least` more than before, and in a bystander at most `most` more."""

    name: str
    measure: Callable[[Dataset, Label, float, float], float]
    least: float
    most: float


KPIS = {
    "pod-failure": Kpi("share of time not ready", unready_share, least=0.8, most=0.05),
    "network-delay": Kpi("median latency of calls to it, ms", latency_ms, least=100, most=30),
    # Of a service with two pods, one of which fails 60 %. A bystander of a healthy shop may have a failed call of its
    # own, of a few dozen.
    "http-abort": Kpi("share of failed calls to its service", failed_share, least=0.15, most=0.1),
}
