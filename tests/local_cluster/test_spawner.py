"""The fork server: what a pod is born with, how its end is told, what happens when the server itself dies."""

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .conftest import eventually, is_alive, run, sleeper


def test_a_forked_pod_has_its_own_group_name_and_log(tmp_path: Path, spawning: Callable[[], Any]) -> None:
    async def scenario() -> None:
        async with spawning() as (spawner, _children):
            ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
            pid = await spawner.spawn(sleeper(tmp_path), ended.set_result)
            out = tmp_path / "out"
            await eventually(lambda: out.exists() and "hello from sleeper-0" in out.read_text())
            assert os.getpgid(pid) == pid
            assert Path(f"/proc/{pid}/comm").read_text() == "sleeper-0\n"
            assert str(Path(f"/proc/{pid}/fd/0").readlink()) == os.devnull
            os.kill(pid, signal.SIGKILL)
            assert await ended == -signal.SIGKILL
            await eventually(lambda: not Path(f"/proc/{pid}").exists())  # reaped

    run(scenario())


def test_a_piped_log_is_written_for_the_child_to_its_end(tmp_path: Path, spawning: Callable[[], Any]) -> None:
    """Its own bytes are those of its files alone, and neither another child nor the server keeps the pipe open."""
    program = "i=0; while [ $i -lt 3000 ]; do echo line $i of the output; i=$((i+1)); done; cat /proc/$$/io; sleep 0.2"

    async def scenario() -> None:
        async with spawning() as (spawner, children):
            ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
            env = {"PATH": os.environ["PATH"]}
            spawn = sleeper(tmp_path, target="", argv=("sh", "-c", program), env=env, piped=True)
            pid = await spawner.spawn(spawn, ended.set_result)
            neighbour = await spawner.spawn(sleeper(tmp_path, log=str(tmp_path / "other")), lambda status: None)
            assert str(Path(f"/proc/{pid}/fd/1").readlink()).startswith("pipe:")
            assert await ended == 0
            out = tmp_path / "out"
            await eventually(lambda: "write_bytes" in out.read_text())
            text = out.read_text()
            assert text.count("of the output") == 3000
            assert "\nwrite_bytes: 0\n" in text
            assert out.stat().st_mode & 0o777 == 0o600
            server = children.processes()[0].pid
            await eventually(lambda: not [pipe for each in (server, neighbour) for pipe in _pipes(each)])

    run(scenario())


def _pipes(pid: int | None) -> list[str]:
    found = [str(path.readlink()) for path in Path(f"/proc/{pid}/fd").iterdir()]
    return [name for name in found if name.startswith("pipe:")]


def test_the_exit_status_of_a_program_is_reported(tmp_path: Path, spawning: Callable[[], Any]) -> None:
    async def scenario() -> None:
        async with spawning() as (spawner, _):
            for argv, expected in ((("sh", "-c", "exit 7"), 7), (("no-such-program",), 1)):
                ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
                env = {"PATH": os.environ["PATH"]}
                await spawner.spawn(sleeper(tmp_path, target="", argv=argv, env=env), ended.set_result)
                assert await ended == expected

    run(scenario())


def test_a_process_can_join_a_group_but_not_a_dead_one(tmp_path: Path, spawning: Callable[[], Any]) -> None:
    async def scenario() -> None:
        async with spawning() as (spawner, _):
            statuses: list[int] = []
            leader = await spawner.spawn(sleeper(tmp_path), statuses.append)
            burner = sleeper(tmp_path, target="local_cluster.burner:main", env={"LOAD": "1"}, group=leader)
            worker = await spawner.spawn(burner, statuses.append)
            assert os.getpgid(worker) == leader
            os.killpg(leader, signal.SIGKILL)
            await eventually(lambda: len(statuses) == 2)
            await spawner.spawn(burner, statuses.append)
            await eventually(lambda: len(statuses) == 3)
            assert statuses[2] > 0

    run(scenario())


def test_pods_die_with_the_fork_server_which_comes_back(tmp_path: Path, spawning: Callable[[], Any]) -> None:
    async def scenario() -> None:
        async with spawning() as (spawner, children):
            ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
            pid = await spawner.spawn(sleeper(tmp_path), ended.set_result)
            server = children.processes()[0].pid
            assert server is not None
            os.kill(server, signal.SIGKILL)
            assert await ended == 255
            await eventually(lambda: not is_alive(pid))
            again = await eventually(lambda: _spawn_again(spawner, tmp_path))
            assert is_alive(again)
            assert children.processes()[0].restarts == 1

    run(scenario())


async def _spawn_again(spawner: Any, tmp_path: Path) -> int:
    return int(await spawner.spawn(sleeper(tmp_path), lambda status: None))
