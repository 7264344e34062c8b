"""What to know before drawing conclusions from a dataset: in general, and from its knobs."""

from dataset_builder import manifest
from dataset_builder.knobs import Knobs

OWN_LIMITS = (
    "Figures of this card are of all rows of the window that the knobs leave; the rcaeval format has only those around "
    "faults. Latencies are counted in classes, so they are within two percent; all other figures are exact. CPU and "
    "memory are of one pod of a service.",
    "The measured load counts the requests that reached the shop, before any knob; while the shop does not answer it "
    "may be lower than what was asked for.",
    "One cluster, one system, simulated shoppers: what holds here need not hold elsewhere.",
)


def limits(kind: str) -> list[str]:
    return [*manifest.limits(kind), *OWN_LIMITS]


def notes(knobs: Knobs) -> list[str]:
    """What the knobs took away, in words."""
    found = []
    if knobs.trace_sampling < 1:
        found.append(
            f"Traces: {knobs.trace_sampling:.6g} of them were kept, whole ones, chosen by a hash of trace_id and seed. "
            "Log lines keep the ids of traces that are not here."
        )
    if knobs.log_drop > 0:
        found.append(f"Logs: {knobs.log_drop:.6g} of the lines were dropped, each by a hash of log_id and seed.")
    if knobs.metric_step_s > 0:
        found.append(
            f"Metrics: the first sample of each series in each {knobs.metric_step_s} s, counted from the start of the "
            "window."
        )
    if knobs.missing_services:
        found.append(
            f"Without telemetry of: {', '.join(knobs.missing_services)}. Callers and callees still show calls to and "
            "from them. Labels of their pods, if there are any, were kept."
        )
    if knobs.onset_jitter_s > 0:
        found.append(
            f"Labels: moved by up to {knobs.onset_jitter_s:.6g} s either way, each pod's by itself, where algorithms "
            "and boards read them; groundtruth/injections.json has the true times, groundtruth/jitter.json the shifts."
        )
    if knobs.train_fraction is not None:
        found.append(
            f"Split: about {knobs.train_fraction:.6g} of the injections are for training; groundtruth/split.json has "
            "the injections and the times of both sides. A time of one side holds nothing of the other's faults."
        )
    return found
