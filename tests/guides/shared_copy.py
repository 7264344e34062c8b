"""One copy of the platform that all blocks share, with a fault in it and a dataset of each format.

It is started by the block of CONTRIBUTING that says how to run a second platform.
"""

import json
import os
import re
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.e2e.platform_copy import Copy, free_ports, wait_for
from tests.guides.blocks import BLOCKS, REPO

STATE = "/tmp/mine"  # as the block has it
FORMATS = ("csv", "parquet", "rcaeval", "openrca")
# Each is what a page of the guides shows a reading of.
KNOBS = {"csv": ("--train-fraction", "0.5", "--onset-jitter-s", "1")}
QUIET_SECONDS = 15
BUILD_SECONDS = 120
FAULT = ("inject", "cpu-stress", "--pod", "cartservice-0", "--duration", "8", "--allow-last-replica", "--wait")


@dataclass
class SharedCopy:
    copy: Copy
    up: "subprocess.Popen[bytes]"
    token: str
    began: float
    archives: Path  # <format>/demo.zip
    ids: dict[str, str]  # of the datasets by format

    def place(self, text: str) -> str:
        """What a reader puts in place of what the page can't know."""
        text = text.replace("http://127.0.0.1:8000", f"http://127.0.0.1:{self.copy.web_port}")
        moments = iter([self.began, time.time()])
        text = re.sub(r"2026-\d\d-\d\dT[\d:]+Z", lambda _: f"{next(moments):.0f}", text)
        return re.sub(r"\bID\b", self.ids["csv"], text)

    @property
    def environment(self) -> dict[str, str]:
        return self.copy.environment | {"TOKEN": self.token}

    def api(self, method: str, path: str, body: dict[str, object] | None = None) -> httpx.Response:
        url = f"http://127.0.0.1:{self.copy.web_port}/api/v1{path}"
        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx.request(method, url, headers=headers, json=body, timeout=30).raise_for_status()

    def forget_imports(self) -> None:
        for each in self.api("GET", "/datasets").json()["results"]:
            if each["origin"] == "imported":
                self.api("DELETE", f"/datasets/{each['id']}")

    def stop(self) -> None:
        """As Ctrl-C does."""
        os.killpg(self.up.pid, signal.SIGINT)
        try:
            self.up.wait(60)
        finally:
            self.copy.run("down")


def start(folder: Path) -> SharedCopy:
    copy = Copy(folder / "state", *free_ports(2))
    output = folder / "up.txt"
    with output.open("wb") as stream:
        up = subprocess.Popen(
            ["bash", "-euc", _starting(copy)], cwd=REPO, stdout=stream, stderr=stream, start_new_session=True
        )
    shared = SharedCopy(copy, up, "", time.time(), folder / "archives", {})
    try:
        wait_for(lambda: "Ctrl-C stops it." in output.read_text() or up.poll() is not None, "up", timeout=150)
        assert up.poll() is None, output.read_text()
        _fill(shared)
    except BaseException:
        shared.stop()
        raise
    return shared


def _starting(copy: Copy) -> str:
    [block] = [each for each in BLOCKS if STATE in each.text]
    values = {STATE: str(copy.state), "8100": str(copy.web_port), "8180": str(copy.shop_port)}
    values["26000"] = copy.environment["MICROSERVO_LOCAL_CLUSTER__FIRST_PORT"]
    for shown in values:
        assert block.text.count(shown) == 1, f"{block}: {shown} is expected once"
    return re.sub("|".join(values), lambda found: values[found[0]], block.text)


def _fill(shared: SharedCopy) -> None:
    shared.token = (shared.copy.state / "secrets" / "cli_token").read_text().strip()
    shared.token = shared.api("POST", "/tokens", {"name": "guides", "days": 1}).json()["token"]
    time.sleep(QUIET_SECONDS)  # a time without a fault, which is what every dataset begins with
    _ran(shared, *FAULT)
    begun = {kind: _build(shared, kind) for kind in FORMATS}
    for kind, building in begun.items():
        output, _ = building.communicate(timeout=BUILD_SECONDS)
        assert building.returncode == 0, output
        shared.ids[kind] = output.splitlines()[-1].split()[0]
        _ran(shared, "dataset", "export", shared.ids[kind], "--out", str(shared.archives / kind))


def _build(shared: SharedCopy, kind: str) -> "subprocess.Popen[str]":
    window = ("--from", f"{shared.began:.0f}", "--to", f"{time.time():.0f}")
    return shared.copy.start(
        "dataset", "build", "--name", "demo", "--format", kind, "--wait", *window, *KNOBS.get(kind, ())
    )


def _ran(shared: SharedCopy, *arguments: str) -> str:
    done = shared.copy.run(*arguments)
    assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
    return done.stdout


def predictions(records: list[dict[str, str]], tasks: int) -> str:
    """Right answers to every task of one failure, as a CSV file that OpenRCA's evaluation reads."""
    answer = {
        "root cause occurrence datetime": records[0]["datetime"],
        "root cause component": records[0]["component"],
        "root cause reason": records[0]["reason"],
    }
    quoted = json.dumps({"1": answer}).replace('"', '""')
    return "row_id,prediction\n" + "".join(f'{row},"{quoted}"\n' for row in range(tasks))
