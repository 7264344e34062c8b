"""node_* samples: how busy the machine is that all pods share, in node_exporter's names. CPU times are of all cores."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from local_cluster.collector.samples import SampleColumns

MODES: Final = ("user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal")
TICKS: Final = os.sysconf("SC_CLK_TCK")
PROC: Final = Path("/proc")
KIBIBYTE: Final = 1024
SECTOR: Final = 512  # of /proc/diskstats, whatever the disk's own are
MEMORY: Final = ("MemTotal", "MemFree", "MemAvailable", "Cached")
# Partitions, and what lies in memory or in files: their bytes are counted by the disk below them, or are none.
NO_DISK: Final = re.compile(r"(z?ram|loop|fd|sr|dm-|md)\d+|([hsv]|xv)d[a-z]+\d+|nvme\d+n\d+p\d+|mmcblk\d+p\d+")
RESOURCES: Final = ("cpu", "io", "memory")

Reading = tuple[str, str, float]  # metric, its own labels, value


class Node:
    """`proc` lacks `pressure` on kernels without pressure stall information: then there are no such samples."""

    def __init__(self, name: str, proc: Path = PROC) -> None:
        self._label = f"node={name}"
        self._proc = proc

    def add_samples(self, samples: SampleColumns) -> None:
        """They belong to no pod. OSError when /proc can't be read."""
        for readings in (self._cpu(), self._load(), self._memory(), self._disks(), self._network(), self._pressure()):
            for metric, labels, value in readings:
                samples.add("", "", metric, ",".join(sorted(filter(None, (labels, self._label)))), value)

    def _cpu(self) -> Iterator[Reading]:
        fields = self._read("stat").split("\n", 1)[0].split()[1:]
        for mode, ticks in zip(MODES, fields, strict=False):
            yield "node_cpu_seconds_total", f"mode={mode}", int(ticks) / TICKS

    def _load(self) -> Iterator[Reading]:
        yield "node_load1", "", float(self._read("loadavg").split()[0])

    def _memory(self) -> Iterator[Reading]:
        """Lines like "MemTotal:  8152480 kB"."""
        fields = dict(line.split(":", 1) for line in self._read("meminfo").splitlines())
        for name in MEMORY:
            if name in fields:
                yield f"node_memory_{name}_bytes", "", float(int(fields[name].split()[0]) * KIBIBYTE)

    def _disks(self) -> Iterator[Reading]:
        """Of disks that were ever used; Documentation/admin-guide/iostats.rst has the fields."""
        for fields in map(str.split, self._read("diskstats").splitlines()):
            device, read, written, busy_ms = fields[2], int(fields[5]), int(fields[9]), int(fields[12])
            if NO_DISK.fullmatch(device) or not read + written:
                continue
            yield "node_disk_read_bytes_total", f"device={device}", float(read * SECTOR)
            yield "node_disk_written_bytes_total", f"device={device}", float(written * SECTOR)
            yield "node_disk_io_time_seconds_total", f"device={device}", busy_ms / 1000

    def _network(self) -> Iterator[Reading]:
        """Of interfaces that were ever used: lo carries what pods say to each other."""
        for line in self._read("net/dev").splitlines()[2:]:
            device, _, counts = line.partition(":")
            fields = counts.split()
            received, sent = float(fields[0]), float(fields[8])
            if received + sent:
                yield "node_network_receive_bytes_total", f"device={device.strip()}", received
                yield "node_network_transmit_bytes_total", f"device={device.strip()}", sent

    def _pressure(self) -> Iterator[Reading]:
        """How long some process was ready and had to wait for the resource."""
        for resource in RESOURCES:
            try:
                line = self._read(f"pressure/{resource}").split("\n", 1)[0]
            except OSError:
                continue
            microseconds = int(line.rpartition("total=")[2])
            yield f"node_pressure_{resource}_waiting_seconds_total", "", microseconds / 1e6

    def _read(self, name: str) -> str:
        return (self._proc / name).read_text(encoding="ascii", errors="replace")
