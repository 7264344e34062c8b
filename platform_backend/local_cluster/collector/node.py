"""node_* samples: how busy the machine is that all pods share, in node_exporter's names. CPU times are of all cores."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from local_cluster.collector.samples import SampleColumns

MODES: Final = ("user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal")
TICKS: Final = os.sysconf("SC_CLK_TCK")
PROC: Final = Path("/proc")


class Node:
    """`proc` lacks `pressure/cpu` on kernels without pressure stall information: then there is no such sample."""

    def __init__(self, name: str, proc: Path = PROC) -> None:
        self._labels = f"node={name}"
        self._stat, self._load, self._pressure = proc / "stat", proc / "loadavg", proc / "pressure" / "cpu"

    def add_samples(self, samples: SampleColumns) -> None:
        """They belong to no pod. OSError when /proc can't be read."""
        for mode, seconds in self._cpu_seconds():
            samples.add("", "", "node_cpu_seconds_total", f"mode={mode},{self._labels}", seconds)
        samples.add("", "", "node_load1", self._labels, float(self._load.read_text().split()[0]))
        if (waiting := self._waiting_seconds()) is not None:
            samples.add("", "", "node_pressure_cpu_waiting_seconds_total", self._labels, waiting)

    def _cpu_seconds(self) -> Iterator[tuple[str, float]]:
        fields = self._stat.read_text().split("\n", 1)[0].split()[1:]
        yield from ((mode, int(ticks) / TICKS) for mode, ticks in zip(MODES, fields, strict=False))

    def _waiting_seconds(self) -> float | None:
        """How long some process was ready and had to wait for a CPU."""
        try:
            line = self._pressure.read_text().split("\n", 1)[0]
        except OSError:
            return None
        return int(line.rpartition("total=")[2]) / 1e6
