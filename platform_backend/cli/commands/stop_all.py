"""`stop-all`: the emergency stop, whatever part of the platform is up.

The first thing it does is to tell the local cluster; what is needed only for the rest is imported after that.
"""

import argparse
import getpass
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import uuid4

from cli.console import CliError, complain, say
from cli.paths import EMERGENCY_STOP
from local_cluster.client import ClusterRefused, ClusterUnavailable, FaultInfo, LocalClusterClient
from platform_backend.config import Config, config

_WAIT: Final = 3.0
_LOOK_EVERY: Final = 0.05
# So long the platform may take to write down a stop that is in force already: longer than its own look at what ends.
_RECORD_SECONDS: Final = 4.0
_OVER: Final = frozenset({"ended", "failed"})


def run(arguments: argparse.Namespace) -> int:
    """First at the local cluster itself, which is the shortest way; then for the record at the platform."""
    settings = config()
    stop_id = str(uuid4())
    told = settings.adapters.system == "local" and _stop_directly(settings, stop_id, arguments.reason)
    try:
        _record(settings, stop_id, arguments.reason, told=told)
    except CliError as error:
        if not told:
            raise
        complain(f"the platform will record the stop when it answers again; now: {error}")
    say("None may begin until: ./microservo release")
    return 0


def _record(settings: Config, stop_id: str, reason: str, *, told: bool) -> None:
    """Raises CliError."""
    from cli.api import TIMEOUT_S, Api

    with Api(settings, _RECORD_SECONDS if told else TIMEOUT_S) as api:
        _report(api.post(EMERGENCY_STOP, {"id": stop_id, "reason": reason}))


def _stop_directly(settings: Config, stop_id: str, reason: str) -> bool:
    """False when there is no local cluster, and so no fault in it."""
    client = LocalClusterClient(settings.cluster_socket)
    try:
        before = [fault for fault in client.faults() if fault.state not in _OVER]
        client.set_block(stop_id=stop_id, reason=reason, by=f"{getpass.getuser()} at the command line")
        left = _wait_until_gone(client, before)
    except (ClusterUnavailable, ClusterRefused) as error:
        complain(f"local cluster: {error}")
        return False
    finally:
        client.close()
    say(f"Faults ended: {len(before) - len(left)}")
    if left:
        complain(f"still ending: {', '.join(left)}; see: ./microservo logs cluster")
    return True


def _wait_until_gone(client: LocalClusterClient, faults: Sequence[FaultInfo]) -> list[str]:
    """Those that are not."""
    until = time.monotonic() + _WAIT
    left = [fault.fault_id for fault in faults]
    while left and time.monotonic() < until:
        left = [fault_id for fault_id in left if client.fault(fault_id).state not in _OVER]
        if left:
            time.sleep(_LOOK_EVERY)
    return left


def _report(stopped: Mapping[str, Any]) -> None:
    if stopped["unreachable"]:
        complain(f"new faults are blocked, but those that run could not be ended: {stopped['unreachable']}")
    if stopped["ended"]:
        say(f"Injections ended: {len(stopped['ended'])}")
    if stopped["ending"]:
        complain(f"not verified as gone yet: {', '.join(stopped['ending'])}")
