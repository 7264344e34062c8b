"""load-surge: many times the shoppers for a while."""

from contextlib import suppress
from dataclasses import dataclass
from typing import ClassVar

from local_cluster.events.base import EventKind, Happening, Stage
from local_cluster.faults.base import NotYet, Parameters, Refused
from local_cluster.faults.fields import number
from local_cluster.programs import LOAD_SERVICE
from local_cluster.topology import ServiceSpec


@dataclass(frozen=True, kw_only=True)
class SurgeParameters(Parameters):
    factor: float = number(1.1, 10, default=2)  # of the rate that is set


class LoadSurge(EventKind):
    name: ClassVar[str] = "load-surge"
    parameters: ClassVar[type[Parameters]] = SurgeParameters
    lasts: ClassVar[bool] = True
    has_pods: ClassVar[bool] = False

    def unfit(self, stage: Stage, service: ServiceSpec, parameters: SurgeParameters) -> str:
        if service.name != LOAD_SERVICE:
            return f"service: {service.name} makes no load; {LOAD_SERVICE} does"
        return "" if stage.load.rate else "service: the load is 0, and so is any multiple of it"

    async def run(self, stage: Stage, it: Happening, parameters: SurgeParameters) -> None:
        it.record.detail = {"rate_before": stage.load.rate, "rate": stage.load.rate * parameters.factor}
        it.begin()
        try:
            await stage.load.surge(parameters.factor)
        except Refused as refused:
            raise NotYet(str(refused)) from None
        await it.pause(it.record.duration_s)
        with suppress(Refused):  # it is down, and takes the rate up when it is back
            await stage.load.surge(1.0)
