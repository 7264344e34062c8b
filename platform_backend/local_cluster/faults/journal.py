"""The journal of faults, and where its neighbours lie: the heartbeat, and the mark of the emergency stop."""

from pathlib import Path

from local_cluster.faults.record import FaultRecord
from local_cluster.journal import RecordJournal


class Journal(RecordJournal[FaultRecord]):
    def __init__(self, directory: Path) -> None:
        super().__init__(directory, FaultRecord, directory / "heartbeat")
        # Not a record, hence no .json.
        self.block_path = directory / "emergency-stop"
        self.heartbeat_path = directory / "heartbeat"
