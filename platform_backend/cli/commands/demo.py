"""`demo`: the whole way once, from a running shop to a labelled dataset on disk."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from cli.api import Api
from cli.campaigns import results_table
from cli.checks import check_state_dir
from cli.commands.up import Ended, ending_in_order, start
from cli.console import CliError, Progress, complain, human_bytes, say, table
from cli.demo import Outcome, carry_out
from cli.instance import Instance
from cli.lifecycle import stop
from platform_backend.config import Config, config
from platform_backend.private import as_the_user_has_it

_START_TIMEOUT: Final = 120.0


def run(arguments: argparse.Namespace) -> int:
    settings = config()
    out = Path(arguments.out).absolute()
    _check_out(out)
    with ending_in_order():
        try:
            with _running(settings), Api(settings) as api, Progress("Demo") as progress:
                outcome = carry_out(api, out, progress)
        except Ended:
            complain("stopped; the dataset was not made")
            return 130
    _report(outcome)
    return 0


@as_the_user_has_it()
def _check_out(out: Path) -> None:
    """Before minutes of work, not after them."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        probe = out / ".microservo"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise CliError(f"--out {out}: {error.strerror}; choose a folder you may write", code=2) from None


@contextmanager
def _running(settings: Config) -> Iterator[None]:
    """Uses the platform that runs; otherwise starts one and stops it in the end."""
    instance = Instance.of(settings)
    check_state_dir(settings)
    instance.make_folders()
    with instance.changing():
        ours = instance.manager_pid() is None
        if ours:
            start(settings, instance, dies_with_us=True, timeout=_START_TIMEOUT)
    try:
        yield
    finally:
        if ours:
            with instance.changing(), Progress("Stopping") as progress:
                stop(instance, on_wait=lambda names: progress.show(names, phase=names))


def _report(outcome: Outcome) -> None:
    exported, dataset = outcome.exported, outcome.dataset
    exported.archive.unlink()  # the folder beside it holds the same
    say(results_table(outcome.campaign, outcome.injections))
    counts = dataset["counts"]["tables"]
    say("\n" + table(("TABLE", "ROWS"), [(name, f"{rows:,}") for name, rows in counts.items()], right=frozenset({1})))
    say(f"\nDataset: {exported.folder} ({human_bytes(dataset['size'])} as a zip)")
    say(f"Digest:  {exported.digest}")
