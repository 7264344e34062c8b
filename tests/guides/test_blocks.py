"""Every command block of README, CONTRIBUTING and the guides does what it shows.

test_blocks.py::test_every_block_says_how_it_is_run    needs nothing
the others                                             run them, on one copy of the platform
"""

import os
import re
import shlex
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.guides.blocks import BLOCKS, MARKS, REPO, Block, blocks_of
from tests.guides.laid_out import files_of, lay_out
from tests.guides.shared_copy import STATE, SharedCopy

pytestmark = pytest.mark.timeout(500)

LIMIT_SECONDS = 120
MISSING = 77  # what tests/servers/mariadb.sh ends with when there is no MariaDB
CAMPAIGN = re.compile(r"^\./microservo campaign run [^#\n]*.*$(?=\n)", re.MULTILINE)
BEGUN = 'until ./microservo campaign list | grep -Eq "planned|running"; do sleep 0.5; done'
RUN_HERE = [block for block in BLOCKS if not {"elsewhere", "never"} & set(block.marks)]


def blocks(language: str) -> list[Block]:
    return [block for block in RUN_HERE if block.language == language]


def test_the_pages_are_found() -> None:
    pages = {block.page for block in BLOCKS}
    assert pages >= {"README.md", "CONTRIBUTING.md", "platform_backend/sdk/README.md", "doc_addons/guides/datasets.md"}


def test_a_block_is_read_with_its_marks() -> None:
    page = 'Text\n\n- point\n  ```sh given="a.zip b/" never="it needs docker"\n  ls\n    -l\n  ```\n\n```\nbare\n```\n'
    marked, bare = blocks_of("page.md", page)
    assert (marked.line, marked.language, marked.text) == (4, "sh", "ls\n  -l\n")
    assert (marked.given, marked.marks["never"]) == (["a.zip", "b/"], "it needs docker")
    assert (bare.line, bare.language, bare.text) == (9, "", "bare\n")


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_every_block_says_how_it_is_run(block: Block) -> None:
    assert block.language in MARKS, f"{block}: begin it with one of {', '.join(MARKS)}; tests/guides/blocks.py says how"
    unknown = set(block.marks) - MARKS[block.language]
    assert not unknown, f"{block}: {', '.join(unknown)}? A block of {block.language} takes {MARKS[block.language]}"
    if block.language == "text":
        assert block.marks, f"{block}: give the format that it lists the files of, or say why it can't be checked"


@pytest.mark.parametrize("block", [each for each in BLOCKS if "elsewhere" in each.marks], ids=str)
def test_it_runs_elsewhere(block: Block) -> None:
    text = "".join((REPO / path).read_text() for path in block.marks["elsewhere"].split())
    for command in block.commands:
        words = re.findall(r"[a-z][\w-]+", command.replace("./microservo", ""))
        missing = [word for word in words if word not in text]
        assert not missing, f"{block}: {command}: no {missing} in {block.marks['elsewhere']}"


@pytest.mark.parametrize("block", [each for each in BLOCKS if "never" in each.marks], ids=str)
def test_it_is_not_run(block: Block) -> None:
    pytest.skip(f"{block}: {block.marks['never']}")


@pytest.mark.parametrize("block", blocks("sh"), ids=str)
def test_commands(block: Block, shared: SharedCopy, programs_of: Callable[[str], Path], tmp_path: Path) -> None:
    programs = programs_of(block.page)
    if STATE in block.text or "pip install" in block.text:
        return  # it has been run: it is what the fixtures are made by
    lay_out(tmp_path, block.given, shared)
    shared.forget_imports()
    script = CAMPAIGN.sub(lambda found: f"{found[0].partition('#')[0]} &\n{BEGUN}", shared.place(block.text))
    output = run(["bash", "-euo", "pipefail", "-c", f"{script}\nwait"], tmp_path, shared, programs)
    assert block.marks.get("shows", "") in output


@pytest.mark.parametrize("block", blocks("python"), ids=str)
def test_python(block: Block, shared: SharedCopy, programs_of: Callable[[str], Path], tmp_path: Path) -> None:
    lay_out(tmp_path, [name for each in block.program for name in each.given], shared)
    (tmp_path / "block.py").write_text("\n".join(each.text for each in block.program))
    output = run(["python", "block.py"], tmp_path, shared, programs_of(block.page))
    assert block.marks.get("shows", "") in output


@pytest.mark.parametrize("block", blocks("yaml"), ids=str)
def test_a_campaign_file(block: Block, shared: SharedCopy, tmp_path: Path) -> None:
    file = tmp_path / "campaign.yaml"
    file.write_text(block.text)
    planned = shared.copy.run("campaign", "plan", str(file))
    assert planned.returncode == 0, planned.stderr


@pytest.mark.parametrize("block", blocks("sql"), ids=str)
def test_statements(block: Block, tmp_path: Path) -> None:
    (tmp_path / "block.sql").write_text(f"DROP DATABASE microservo;\n{block.text}")
    client = 'mariadb --no-defaults --user=root --socket="${MICROSERVO_DATABASE_URL##*=}" < block.sql'
    command = [str(REPO / "tests" / "servers" / "mariadb.sh"), "bash", "-c", client]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=LIMIT_SECONDS)
    if done.returncode == MISSING:
        pytest.skip(f"{block}: {done.stderr}")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("block", blocks("text"), ids=str)
def test_files_that_a_page_lists(block: Block, shared: SharedCopy) -> None:
    files = files_of(shared, block.marks["format"])
    for pattern in listed(block.text):
        assert any(re.match(pattern, name) for name in files), f"{block}: no file like {pattern} in {files}"


def listed(text: str) -> list[str]:
    """A pattern for each path of a listing, in which <name> and {name} stand for anything."""
    found = []
    for line in text.splitlines():
        paths = re.split(r" {2,}", line.strip())[0].split(", ")
        folder = paths[0].rpartition("/")[0]
        found += [paths[0], *(f"{folder}/{each}" for each in paths[1:])]
    return [pattern_of(path.partition("/")[2]) for path in found]


def pattern_of(path: str) -> str:
    return re.sub(r"<\w+>|\{\w+\}", "[^/]+", path.replace(".", r"\.")) + ("" if path.endswith("/") else "$")


def run(command: list[str], folder: Path, shared: SharedCopy, programs: Path) -> str:
    """Raises with all that it said when it fails. An HTTP error is one too, also where curl would not say so."""
    (folder / ".curlrc").write_text("fail\nsilent\nshow-error\n")
    environment = shared.environment | {"PATH": f"{programs}:{os.environ['PATH']}", "CURL_HOME": str(folder)}
    with subprocess.Popen(
        command, cwd=folder, env=environment, start_new_session=True, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as process:  # fmt: skip
        try:
            output, _ = process.communicate(timeout=LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    assert process.returncode == 0, f"{shlex.join(command)}\n{output}"
    return output
