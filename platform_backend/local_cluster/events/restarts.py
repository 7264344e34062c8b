"""rolling-restart and deploy: the pods of a service made anew, one after the other, the last one first."""

import re
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from local_cluster.events.base import EventKind, Happening, Stage, until_ready
from local_cluster.faults.base import Parameters
from local_cluster.faults.fields import number, text
from local_cluster.topology import ServiceSpec

VERSION: Final = r"([A-Za-z0-9][A-Za-z0-9._-]{0,39})?"


@dataclass(frozen=True, kw_only=True)
class RestartParameters(Parameters):
    pause_s: float = number(0, 600, default=2)  # between a pod that is ready and the next one


@dataclass(frozen=True, kw_only=True)
class DeployParameters(RestartParameters):
    version: str = text(VERSION, "expected letters, digits, '.', '_' or '-', at most 40", default="")


class RollingRestart(EventKind):
    name: ClassVar[str] = "rolling-restart"
    parameters: ClassVar[type[Parameters]] = RestartParameters

    def unfit(self, stage: Stage, service: ServiceSpec, parameters: Any) -> str:
        return "" if service.replicas else f"service: {service.name} has no pods"

    async def run(self, stage: Stage, it: Happening, parameters: Any) -> None:
        for pod in reversed(stage.pods_of(it.record.service)):
            if it.record.pods:
                await it.pause(parameters.pause_s)
            if it.ending.is_set():
                return
            with it.on(pod.spec.name):
                await pod.recreate()
                await until_ready(pod)


class Deploy(RollingRestart):
    """A new version: every pod that is started from now on has it."""

    name: ClassVar[str] = "deploy"
    parameters: ClassVar[type[Parameters]] = DeployParameters

    async def run(self, stage: Stage, it: Happening, parameters: Any) -> None:
        service = it.record.service
        before = stage.programs.version_of(service)
        version = parameters.version or next_version(before)
        it.record.detail = {"version_before": before, "version": version}
        stage.programs.versions[service] = version
        await super().run(stage, it, parameters)


def next_version(version: str) -> str:
    """Its last number, one higher."""
    match = re.fullmatch(r"(.*?)(\d+)(\D*)", version)
    return f"{match[1]}{int(match[2]) + 1}{match[3]}" if match else f"{version}.1"
