"""The emergency stop inside the local cluster: all faults end, none begins, also after a restart."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from local_cluster.faults.base import Refused
from local_cluster.faults.block import Block, BlockFile, block_of
from local_cluster.faults.engine import FaultEngine

from .conftest import eventually, run
from .test_engine import Setting, setting  # noqa: F401  (the fixture)

STOP = Block("s1", "smoke in the rack", "ada", 1)


def test_every_fault_ends_and_none_begins(setting: Setting) -> None:  # noqa: F811
    async def scenario() -> None:
        records = [setting.submit("one"), setting.submit("two", ("a-1",))]
        await eventually(lambda: setting.kind.on == {"a-0", "a-1"})
        setting.engine.set_block(STOP)
        with pytest.raises(Refused, match="emergency stop of ada: smoke in the rack") as refused:
            setting.submit("three")
        assert refused.value.status == 409
        await eventually(lambda: all(record.state == "ended" for record in records))
        assert setting.kind.on == set()
        assert setting.submit("one") is records[0], "a repeated request is answered as ever"

    run(scenario())


def test_fault_that_is_still_being_applied_ends_too(setting: Setting) -> None:  # noqa: F811
    async def never(*_: Any) -> int:
        await asyncio.sleep(3600)
        return 0

    async def scenario() -> None:
        setting.kind.apply = never  # type: ignore[method-assign]
        record = setting.submit()
        await asyncio.sleep(0)
        setting.engine.set_block(STOP)
        await eventually(lambda: record.over)
        assert (record.state, record.pods[0].start_us) == ("failed", None)
        assert "ended before it took hold" in record.error

    run(scenario())


def test_block_outlives_the_controller_until_released(setting: Setting) -> None:  # noqa: F811
    async def scenario() -> None:
        setting.engine.set_block(STOP)
        context = setting.engine._context
        again = FaultEngine(context, setting.journal)
        assert again.block == STOP
        again.clear_block("another")
        assert again.block == STOP
        again.clear_block("s1")
        again.clear_block("s1")
        assert FaultEngine(context, setting.journal).block is None

    run(scenario())


def test_mark_that_can_not_be_read_still_blocks(tmp_path: Path) -> None:
    path = tmp_path / "emergency-stop"
    path.write_text('{"stop_id": ')
    block = BlockFile(path).block
    assert block is not None
    assert "can't be read" in block.reason


def test_full_disk_does_not_keep_from_stopping(tmp_path: Path) -> None:
    file = BlockFile(tmp_path / "missing" / "emergency-stop")
    file.set(STOP)
    assert file.block == STOP


@pytest.mark.parametrize("change", [{"reason": None}, {"by": 7}, {"stop_id": "x" * 501}])
def test_block_request_is_checked(change: dict[str, Any]) -> None:
    with pytest.raises(Refused, match=f"{next(iter(change))}: expected a text"):
        block_of({"stop_id": "a", "reason": "b", "by": "c"} | change)
