"""scale: another number of pods for a while, and then as many as before."""

from dataclasses import dataclass
from typing import ClassVar

from local_cluster.events.base import EventKind, Happening, Stage, until_ready
from local_cluster.faults.base import NotYet, Parameters
from local_cluster.faults.fields import integer
from local_cluster.mesh import MeshError
from local_cluster.topology import ServiceSpec, TopologyError


@dataclass(frozen=True, kw_only=True)
class ScaleParameters(Parameters):
    replicas: int = integer(1, 5)


class Scale(EventKind):
    name: ClassVar[str] = "scale"
    parameters: ClassVar[type[Parameters]] = ScaleParameters
    lasts: ClassVar[bool] = True

    def unfit(self, stage: Stage, service: ServiceSpec, parameters: ScaleParameters) -> str:
        if service.volumes:
            return f"service: {service.name} keeps data of its own in each pod, which can't be shared out"
        if service.replicas == parameters.replicas:
            return f"parameters.replicas: {service.name} has {service.replicas} already"
        return ""

    async def run(self, stage: Stage, it: Happening, parameters: ScaleParameters) -> None:
        before = len(stage.pods_of(it.record.service))
        it.record.detail = {"replicas_before": before, "replicas": parameters.replicas}
        try:
            await self._to(parameters.replicas, stage, it)
            await it.pause(it.record.duration_s)
        except (NotYet, MeshError, TopologyError):
            await self._to(before, stage, it)
            raise
        await self._to(before, stage, it)

    async def _to(self, replicas: int, stage: Stage, it: Happening) -> None:
        service = it.record.service
        while len(pods := stage.pods_of(service)) < replicas:
            it.begin()
            pod = await stage.roster.add(service)
            with it.on(pod.spec.name):
                await until_ready(pod)
        for pod in reversed(pods[replicas:]):
            with it.on(pod.spec.name):
                await stage.roster.remove(pod.spec.name)
