"""Fault records outlive a controller that is killed, and get a true end."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from local_cluster.faults.journal import Journal
from local_cluster.faults.record import FaultRecord, PodTimes
from local_cluster.journal import KEPT
from tests.full_disk import small_disk

from .conftest import BACKEND


def _record(fault_id: str, *, created_us: int = 1_000_000, **changes: object) -> FaultRecord:
    record = FaultRecord(fault_id, "cpu-stress", {"workers": 1}, created_us, created_us + 60_000_000)
    record.pods = [PodTimes("a-0", "a", start_us=created_us + 5)]
    for name, value in changes.items():
        setattr(record, name, value)
    return record


def test_a_record_comes_back_as_it_was_written(tmp_path: Path) -> None:
    record = _record("one", state="ended")
    record.pods[0].end_us, record.pods[0].end_reason = 2_000_000, "deadline"
    Journal(tmp_path).write(record)
    assert Journal(tmp_path).recover() == {"one": record}


def test_on_a_full_disk_a_fault_can_end_and_none_can_begin(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 1) as disk:
        journal = Journal(disk.folder)
        record = _record("one", state="active")
        journal.begin(record)
        disk.fill()
        with pytest.raises(OSError, match="No space left"):
            journal.begin(_record("two"))
        assert not list(disk.folder.glob("two*")), "nothing half made"
        record.state, record.pods[0].error = "ended", "why it ended, at some length " * 20
        record.pods[0].end_us, record.pods[0].end_reason = 2_000_000, "deadline"
        journal.write(record)
        journal.beat()
        assert Journal(disk.folder).recover() == {"one": record}


def test_an_open_record_is_closed_on_a_full_disk(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 1) as disk:
        journal = Journal(disk.folder)
        journal.begin(_record("one", state="active"))
        journal.beat()
        disk.fill()
        (record,) = Journal(disk.folder).recover().values()
        assert (record.state, record.pods[0].end_reason) == ("ended", "cluster-restarted")
        assert Journal(disk.folder).recover() == {"one": record}


WRITER = """
import sys, time
from pathlib import Path
from local_cluster.faults.record import FaultRecord, PodTimes
from local_cluster.journal import KEPT
from local_cluster.faults.journal import Journal
from local_cluster.linux import now_us

journal = Journal(Path(sys.argv[1]))
took_hold = PodTimes("a-0", "a", start_us=now_us())
journal.write(FaultRecord("open", "cpu-stress", {}, now_us(), now_us() + 60_000_000, "active", "", [took_hold]))
journal.write(FaultRecord("early", "cpu-stress", {}, now_us(), now_us() + 60_000_000, pods=[PodTimes("b-0", "b")]))
print("written", flush=True)
while True:
    journal.beat()
    time.sleep(0.05)
"""


def test_open_faults_end_when_the_controller_was_killed(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(BACKEND)},
        stdout=subprocess.PIPE,
    ) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"written\n"
        time.sleep(0.5)
        writer.send_signal(signal.SIGKILL)
        killed_us = time.time_ns() // 1000
    time.sleep(0.5)
    records = Journal(tmp_path).recover()

    (pod,) = records["open"].pods
    assert (records["open"].state, pod.end_reason) == ("ended", "cluster-restarted")
    assert pod.end_us is not None
    assert abs(pod.end_us - killed_us) < 400_000

    (pod,) = records["early"].pods  # it never took hold
    assert (records["early"].state, pod.start_us, pod.end_us) == ("failed", None, None)
    assert Journal(tmp_path).recover() == records  # what was closed stays closed


def test_half_a_file_is_set_aside(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.write(_record("good", state="ended"))
    (tmp_path / "torn.json").write_text('{"fault_id": "to')
    (tmp_path / "alien.json").write_text(json.dumps({"hello": 1}))
    assert list(Journal(tmp_path).recover()) == ["good"]
    assert {path.name for path in tmp_path.glob("*.bad")} == {"torn.bad", "alien.bad"}


def test_the_oldest_records_are_forgotten(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    for number in range(KEPT + 3):
        record = _record(f"f{number}", created_us=number, state="ended")
        (tmp_path / f"f{number}.json").write_text(json.dumps(record.to_json()))
    kept = journal.recover()
    assert len(kept) == KEPT
    assert next(iter(kept)) == "f3"
    assert not (tmp_path / "f0.json").exists()
