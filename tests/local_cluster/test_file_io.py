"""Interception of file operations on small processes, and what is asked for before: rules, volumes, requests."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from local_cluster.faults.base import Refused
from local_cluster.faults.kinds import support
from local_cluster.faults.requests import admit
from local_cluster.file_io import abi
from local_cluster.file_io import filter as file_filter
from local_cluster.file_io.rules import IoRule, as_seen, matches
from local_cluster.file_io.supervisor import IoSupervisor, NotIntercepted
from local_cluster.topology import PortAllocator, Topology, TopologyError, build_topology, read_services
from local_cluster.volumes import empty, mounts, replaced

from .conftest import BACKEND, wait_for

VALUES = """
services:
  store: {image: a, protocol: tcp, port: 70, runtime: valkey, replicas: 1, resources: &r
          {limits: {cpu: 100m, memory: 64Mi}}, args: [--dir, /data/x, --save, ""],
          volumes: [{name: data, mountPath: /data}]}
  web: {image: a, protocol: http, port: 80, runtime: python, replicas: 1, resources: *r}
"""
# Does what each line of its standard input says, and answers with the error's number, or 0.
WORKER = """
import os, sys
from local_cluster.file_io.filter import hand_over

def operate(line):
    what, _, name = line.partition(" ")
    try:
        match what:
            case "open":
                os.close(os.open(name, os.O_RDWR | os.O_CREAT))
            case "write":
                os.write(files[name], b"x")
            case "fsync":
                os.fsync(files[name])
            case "hand":
                hand_over(sys.argv[1], name)
    except OSError as error:
        return error.errno
    return 0

hand_over(sys.argv[1], sys.argv[2])
files = {name: os.open(name, os.O_RDWR | os.O_CREAT) for name in sys.argv[3:]}
print("ready", flush=True)
for line in sys.stdin:
    print(operate(line.strip()), flush=True)
"""
needs_seccomp = pytest.mark.skipif(bool(file_filter.why_not()), reason=file_filter.why_not())


class Worker:
    """A process of a pod with the file `inside` in its volume and `outside` beside it."""

    def __init__(self, pod: str, socket: Path, folder: Path, outside: Path) -> None:
        self.inside, self.outside = str(folder / "inside"), str(outside)
        command = [sys.executable, "-c", WORKER, str(socket), pod, self.inside, self.outside]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=folder,
            env={"PYTHONPATH": str(BACKEND), "PYTHONDONTWRITEBYTECODE": "1"},
        )
        assert self.answer() == "ready"

    def ask(self, what: str, name: str = "") -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{what} {name or self.inside}\n")
        self.process.stdin.flush()

    def answer(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def __call__(self, what: str, name: str = "") -> int:
        self.ask(what, name)
        return int(self.answer())

    def end(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=30)


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[IoSupervisor]:
    (tmp_path / "volume").mkdir()
    running = IoSupervisor(tmp_path / "io.sock", {"store-0": {"/data": (tmp_path / "volume").resolve()}})
    running.start()
    yield running
    running.stop()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Worker]]:
    with ExitStack() as stack:

        def started(pod: str = "store-0") -> Worker:
            worker = Worker(pod, tmp_path / "io.sock", tmp_path / "volume", tmp_path / "outside")
            stack.callback(worker.end)
            return worker

        yield started


@needs_seccomp
def test_without_a_rule_everything_goes_on(supervisor: IoSupervisor, start: Callable[..., Worker]) -> None:
    worker = start()
    assert [worker(what) for what in abi.METHODS] == [0, 0, 0]
    assert supervisor.rules() == {}


@needs_seccomp
@pytest.mark.parametrize("method", abi.METHODS)
def test_a_rule_hits_its_methods_alone(supervisor: IoSupervisor, start: Callable[..., Worker], method: Any) -> None:
    worker = start()
    supervisor.set_rule("store-0", IoRule(percent=100, errno=28, methods=frozenset([method])))
    assert {what: worker(what) for what in abi.METHODS} == dict.fromkeys(abi.METHODS, 0) | {method: 28}
    supervisor.clear_rule("store-0")
    assert worker(method) == 0


@needs_seccomp
def test_a_rule_hits_files_of_the_volume_alone(supervisor: IoSupervisor, start: Callable[..., Worker]) -> None:
    worker = start()
    supervisor.set_rule("store-0", IoRule(percent=100, errno=5))
    assert [worker(what, worker.outside) for what in abi.METHODS] == [0, 0, 0]
    assert worker("open", "relative-to-the-volume") == 5
    supervisor.set_rule("store-0", IoRule(percent=100, errno=5, path="/data/in*"))
    assert (worker("fsync"), worker("open", "other")) == (5, 0)


@needs_seccomp
def test_what_is_delayed_is_let_go_when_the_rule_is_cleared(
    supervisor: IoSupervisor, start: Callable[..., Worker]
) -> None:
    worker = start()
    supervisor.set_rule("store-0", IoRule(percent=100, delay_s=3600))
    worker.ask("fsync")
    rule = "100 % of every operation on all files delayed by 3.6e+06 ms"
    wait_for(lambda: supervisor.rules() == {"store-0": f"{rule}, 1 delayed now"})
    supervisor.clear_rule("store-0")
    assert (worker.answer(), supervisor.rules()) == ("0", {})


@needs_seccomp
def test_a_delay_ends_by_itself(supervisor: IoSupervisor, start: Callable[..., Worker]) -> None:
    worker = start()
    supervisor.set_rule("store-0", IoRule(percent=100, delay_s=0.05))
    assert [worker(what) for what in abi.METHODS] == [0, 0, 0]


@needs_seccomp
def test_a_rule_is_for_the_latest_process_of_a_pod(supervisor: IoSupervisor, start: Callable[..., Worker]) -> None:
    first, second = start(), start()
    supervisor.set_rule("store-0", IoRule(percent=100, delay_s=3600))
    assert first("fsync") == 0
    second.ask("fsync")
    wait_for(lambda: "1 delayed now" in supervisor.rules().get("store-0", ""))
    assert first("write") == 0


@needs_seccomp
def test_who_loses_its_supervisor_dies(supervisor: IoSupervisor, start: Callable[..., Worker]) -> None:
    worker = start()
    supervisor.set_rule("store-0", IoRule(percent=100, delay_s=3600))
    worker.ask("fsync")
    wait_for(supervisor.rules)
    supervisor.stop()
    assert worker.process.wait(30) == -9


@needs_seccomp
def test_a_mistake_of_the_supervisor_hangs_nobody(
    supervisor: IoSupervisor,
    start: Callable[..., Worker],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    worker = start()
    monkeypatch.setattr(supervisor, "_decide", lambda *_: 1 / 0)
    worker.ask("fsync")
    assert worker.process.wait(30) == -9
    later = start()  # goes on without a filter
    assert [later(what) for what in abi.METHODS] == [0, 0, 0]
    with pytest.raises(NotIntercepted, match="its supervisor has ended"):
        supervisor.set_rule("store-0", IoRule(percent=100, errno=5))
    assert "file operations are no longer answered" in caplog.text


@needs_seccomp
def test_a_refusal_of_linux_is_told(supervisor: IoSupervisor, start: Callable[..., Worker]) -> None:
    """A process can have one listener: here the second is refused, elsewhere the first may be."""
    worker = start()
    assert worker("hand", "second-0") == 0
    with pytest.raises(NotIntercepted, match="second-0 are not intercepted: seccomp: Device or resource busy"):
        supervisor.set_rule("second-0", IoRule(percent=100, errno=5))
    assert worker("fsync") == 0


@needs_seccomp
def test_an_ended_process_is_forgotten(supervisor: IoSupervisor, start: Callable[..., Worker]) -> None:
    worker = start()
    supervisor.set_rule("store-0", IoRule(percent=100, errno=5))
    worker.end()
    wait_for(lambda: supervisor.rules() == {})
    supervisor.clear_rule("store-0")
    assert start()("fsync") == 0, "the next one starts clean"


def test_without_a_supervisor_there_is_no_filter(tmp_path: Path, start: Callable[..., Worker]) -> None:
    (tmp_path / "volume").mkdir()
    assert start()("fsync") == 0


def test_a_trial_changes_nothing_here() -> None:
    """It is done in a thread of its own."""
    before = _privileges()
    file_filter.why_not.__wrapped__()
    assert _privileges() == before


def _privileges() -> list[str]:
    status = Path("/proc/thread-self/status").read_text().splitlines()
    return [line for line in status if line.startswith(("NoNewPrivs", "Seccomp"))]


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("", "/data/a", True),
        ("/data", "/data/a", True),
        ("/data/", "/data/a/b", True),
        ("/data/a", "/data/a", True),
        ("/data/a", "/data/ab", False),
        ("/data/*.aof", "/data/x/y.aof", True),
        ("/data/?", "/data/ab", False),
    ],
)
def test_patterns(pattern: str, path: str, expected: bool) -> None:
    assert matches(pattern, path) == expected


def test_paths_are_those_that_the_pod_sees(tmp_path: Path) -> None:
    folders = {"/data": tmp_path / "data", "/logs": tmp_path / "data-of-another"}
    assert as_seen(str(tmp_path / "data" / "a" / "b"), folders) == "/data/a/b"
    assert as_seen(str(tmp_path / "data-of-another" / "b"), folders) == "/logs/b"
    assert as_seen(str(tmp_path / "database"), folders) is None
    assert as_seen("socket:[1]", folders) is None
    assert replaced("/data/a", folders) == str(tmp_path / "data" / "a")
    assert (replaced("/database", folders), replaced("yes", folders)) == ("/database", "yes")


def test_the_share_of_the_operations_is_honoured() -> None:
    always, rarely = IoRule(percent=100, errno=5), IoRule(percent=1, errno=5)
    assert all(always.strikes() for _ in range(1000))
    assert sum(rarely.strikes() for _ in range(1000)) < 200


@pytest.fixture
def topology(tmp_path: Path) -> Topology:
    (tmp_path / "values.yaml").write_text(VALUES)
    return build_topology(read_services(tmp_path / "values.yaml"), PortAllocator(27000))


def test_a_volume_is_empty_at_each_start(topology: Topology, tmp_path: Path) -> None:
    folders = mounts(topology.pods["store-0"], tmp_path)
    assert mounts(topology.pods["web-0"], tmp_path) == {}
    empty(folders)
    (folders["/data"] / "deep").mkdir()
    (folders["/data"] / "deep" / "file").write_text("old")
    empty(folders)
    assert folders["/data"].is_dir()
    assert list(folders["/data"].iterdir()) == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("/data}", "data}", "mountPath of volume data is 'data'"),
        ("/data}", "/}", "mountPath of volume data is '/'"),
        ("name: data", "name: ../x", "volume name '../x'"),
        ("name: data, ", "", "key 'name' is missing"),
        ("runtime: valkey", "runtime: python", "args are known for the runtime valkey only"),
    ],
)
def test_a_wrong_volume_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    (tmp_path / "values.yaml").write_text(VALUES.replace(old, new))
    with pytest.raises(TopologyError, match=r"services\.store") as caught:
        read_services(tmp_path / "values.yaml")
    assert message in str(caught.value)


def _body(**changes: Any) -> dict[str, Any]:
    parameters = {"errno": 5} | changes.pop("parameters", {})
    return {
        "fault_id": "a",
        "kind": "io-fault",
        "pods": ["store-0"],
        "duration_s": 5,
        "parameters": parameters,
    } | changes


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"pods": ["web-0"]}, "pods: web-0 has no volume; choose a pod of store"),
        ({"parameters": {"path": "/tmp/x"}}, "parameters.path: store-0 has its files below /data"),
        ({"parameters": {"path": "data"}}, "parameters.path: expected a path that begins with /"),
        ({"parameters": {"methods": ["read"]}}, "parameters.methods: expected a list of open, write, fsync"),
        ({"parameters": {"methods": "open"}}, "parameters.methods: expected a list"),
        ({"parameters": {"errno": 0}}, "parameters.errno: expected a whole number from 1 to 133"),
        ({"parameters": {"percent": 0}}, "parameters.percent"),
    ],
)
def test_what_is_wrong_is_refused_with_its_field(
    topology: Topology, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], message: str
) -> None:
    monkeypatch.setattr(file_filter, "why_not", lambda: "")
    with pytest.raises(Refused) as caught:
        admit(_body(**changes), topology)
    assert str(caught.value).startswith(message)
    assert caught.value.status == 400
    assert admit(_body(parameters={"path": "/data/x*", "methods": ["open"]}), topology).pods == ("store-0",)


def test_where_linux_does_not_allow_it_both_kinds_say_why(topology: Topology, monkeypatch: pytest.MonkeyPatch) -> None:
    reason = "this system does not let file operations be intercepted: seccomp: Operation not permitted"
    monkeypatch.setattr(file_filter, "why_not", lambda: reason)
    for kind in ("io-latency", "io-fault"):
        assert support()[kind] == {"supported": False, "reason": reason}
    with pytest.raises(Refused, match=f"kind: io-fault is not supported: {reason}"):
        admit(_body(), topology)


def test_an_unknown_machine_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_filter.platform, "machine", lambda: "m68k")
    assert "can't be intercepted on linux m68k" in file_filter.why_not.__wrapped__()
    file_filter.hand_over("/nowhere", "store-0")  # and goes on without
