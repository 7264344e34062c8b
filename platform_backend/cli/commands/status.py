"""`status`: one table of all parts and pods, and in words whatever is not as it should be."""

import argparse
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import psutil

from cli.console import complain, human_bytes, human_span, say, table
from cli.instance import Instance
from cli.lifecycle import cluster_state, shop_url, web_url
from cli.parts import Part, cluster_list, parts
from cli.programs import has_local_cluster
from cli.safety import safety
from platform_backend.config import Config, config

DOWN: Final = 3
_CPU_WINDOW: Final = 0.5
_HEADER: Final = ("NAME", "STATE", "PID", "UPTIME", "RESTARTS", "CPU %", "MEMORY")
_RIGHT: Final = frozenset({2, 3, 4, 5, 6})
_CONTROLLER: Final = "controller"  # the part "cluster" itself


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    state: str
    pid: int | None
    started: float | None  # UTC seconds since the epoch
    restarts: int
    well: bool


def run(_: argparse.Namespace) -> int:
    settings = config()
    instance = Instance.of(settings)
    manager = instance.manager_pid()
    if manager is None:
        return _down(instance)
    rows = all_rows(settings, instance)
    say(table(_HEADER, _cells(rows), right=_RIGHT))
    say(f"\nPlatform {web_url(settings)}   Shop {shop_url(settings)}   State {instance.state}")
    faults = safety(settings)
    problems = [*_problems(settings, rows), *faults.quarantine]
    for line in filter(None, (*_restarts(instance, rows), faults.block, *problems)):
        say(line)
    return 1 if problems else 0


def _down(instance: Instance) -> int:
    left = instance.processes()
    if left:
        pids = ", ".join(str(process.pid) for process in left[:10])
        complain(f"the process manager is dead and left {len(left)} processes ({pids}); run: ./microservo down")
    else:
        say("MicroServo is not running; start it with: ./microservo up")
    return DOWN


def all_rows(settings: Config, instance: Instance) -> list[Row]:
    processes = cluster_list(settings, "/processes")
    return [
        *(_part_row(part) for part in parts(instance)),
        *(_process_row(entry) for entry in processes if entry["name"] != _CONTROLLER),
        *(_pod_row(entry) for entry in cluster_list(settings, "/pods")),
    ]


def _part_row(part: Part) -> Row:
    running = part.state == "RUNNING"
    return Row(part.name, part.state.lower(), part.pid, part.started, part.restarts, running)


def _process_row(entry: Mapping[str, Any]) -> Row:
    pid = entry["pid"]
    state = "running" if pid else "stopped"
    return Row(f"cluster/{entry['name']}", state, pid, _seconds(entry["started_us"]), entry["restarts"], bool(pid))


def _pod_row(entry: Mapping[str, Any]) -> Row:
    ready = bool(entry["ready"])
    phase = str(entry["phase"]).lower()
    state = phase if ready or phase != "running" else "not ready"
    return Row(f"pod/{entry['name']}", state, entry["pid"], _seconds(entry["started_us"]), entry["restarts"], ready)


def _seconds(microseconds: int | None) -> float | None:
    return None if microseconds is None else microseconds / 1e6


def _cells(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    trees = {row.pid: _tree(row) for row in rows if row.pid}
    for tree in trees.values():
        _cpu(tree)  # the first look only starts the measurement
    time.sleep(_CPU_WINDOW)
    now = time.time()
    return [
        (
            row.name,
            row.state,
            str(row.pid or "-"),
            human_span(max(0.0, now - row.started)) if row.started else "-",
            str(row.restarts),
            f"{_cpu(trees[row.pid]):.1f}" if row.pid else "-",
            human_bytes(_memory(trees[row.pid])) if row.pid else "-",
        )
        for row in rows
    ]


def _tree(row: Row) -> list[psutil.Process]:
    """The process, and for web, worker and so on its children; those of the cluster have rows of their own."""
    try:
        process = psutil.Process(row.pid)
        own_rows = row.name.startswith(("cluster", "pod/"))
        return [process] if own_rows else [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _cpu(tree: Sequence[psutil.Process]) -> float:
    total = 0.0
    for process in tree:
        try:
            total += process.cpu_percent()
        except psutil.NoSuchProcess:
            continue
    return total


def _memory(tree: Sequence[psutil.Process]) -> int:
    """Proportional set size: pages that pods share are not counted twice."""
    total = 0
    for process in tree:
        try:
            total += process.memory_full_info().pss
        except psutil.AccessDenied:
            total += process.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total


def _restarts(instance: Instance, rows: Sequence[Row]) -> list[str]:
    inner = [row for row in rows if "/" in row.name and row.restarts]
    return [
        *(_restarted(part) for part in parts(instance) if part.restarts),
        *(f"{row.name} was restarted {_times(row.restarts)}." for row in inner),
    ]


def _problems(settings: Config, rows: Sequence[Row]) -> list[str]:
    found = []
    if not any(row.name == "web" for row in rows):
        found.append("The process manager does not answer; its parts are not shown.")
    if has_local_cluster(settings) and (state := cluster_state(settings)) != "ready":
        word = "does not answer; its pods are not shown" if state == "silent" else f"is {state}"
        found.append(f"The local cluster {word}. See: ./microservo logs cluster")
    pods = [row for row in rows if row.name.startswith("pod/")]
    unready = [row.name.removeprefix("pod/") for row in pods if not row.well]
    if unready:
        found.append(f"{len(unready)} of {len(pods)} pods are not ready: {', '.join(unready)}.")
    return found + [f"{row.name} is {row.state}." for row in rows if not row.well and row not in pods]


def _restarted(part: Part) -> str:
    ago = f", the last time {human_span(time.time() - part.last_restart)} ago" if part.last_restart else ""
    return f"{part.name} was restarted {_times(part.restarts)}{ago}. See: ./microservo logs {part.name}"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
