"""The command line: sub-commands and their options. Standard library only, so that --help needs no environment."""

import argparse
import re
from typing import TYPE_CHECKING, Final

from platform_backend.version import VERSION

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

_DESCRIPTION: Final = "MicroServo: labelled microservice telemetry from a live shop, and the faults that label it."
_EPILOG: Final = (
    "Settings: config.yaml, or environment variables such as MICROSERVO_WEB__PORT=8001. "
    "Exit codes: 0 done, 1 failed, 2 wrong usage or setting, 3 not running."
)


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="microservo", description=_DESCRIPTION, epilog=_EPILOG)
    parser.add_argument("--version", action="version", version=f"MicroServo {VERSION}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for add in (
        _add_up,
        _add_down,
        _add_status,
        _add_signin,
        _add_demo,
        _add_test,
        _add_inject,
        _add_stop_all,
        _add_release,
        _add_load,
        _add_event,
        _add_experiment,
        _add_campaign,
        _add_dataset,
        _add_telemetry,
        _add_user,
        _add_logs,
    ):
        add(commands)
    return parser


def parse(argv: list[str]) -> argparse.Namespace:
    """Like argparse, but whatever follows `test` that is not ours goes to pytest as it is."""
    parser = build_parser()
    if argv[:1] == ["test"] and not {"-h", "--help"} & set(argv[1:2]):
        return argparse.Namespace(command="test", pytest=argv[1:])
    return parser.parse_args(argv)


def _command(commands: "Commands", name: str, text: str) -> argparse.ArgumentParser:
    return commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")


def _add_up(commands: "Commands") -> None:
    up = _command(commands, "up", "start the platform and the shop; Ctrl-C stops all of it")
    up.add_argument("--detach", action="store_true", help="return when ready and leave it running")
    up.add_argument("--no-dashboard", action="store_true", help="build no dashboard; one built before is served")
    up.add_argument("--timeout", type=_seconds, default=120.0, metavar="S", help="give up when not ready (default 120)")


def _add_down(commands: "Commands") -> None:
    _command(commands, "down", "stop everything that `up` started, also after a crash")


def _add_status(commands: "Commands") -> None:
    _command(commands, "status", "show each part and pod: pid, uptime, restarts, CPU, memory; exit 3 when down")


def _add_signin(commands: "Commands") -> None:
    _command(commands, "signin", "print a new one-time sign-in link")


def _add_demo(commands: "Commands") -> None:
    demo = _command(commands, "demo", "run the shop, inject three faults, leave a labelled dataset")
    demo.add_argument("--out", default="microservo-demo", metavar="DIR", help="new folder of the dataset")


def _add_test(commands: "Commands") -> None:
    test = _command(commands, "test", "run the tests; all arguments go to pytest")
    test.add_argument("pytest", nargs="*", metavar="ARG", help="e.g. tests/cli -q -k parser")


def _add_inject(commands: "Commands") -> None:
    inject = _command(commands, "inject", "inject one fault now")
    inject.add_argument("kind", metavar="KIND", help="pod-failure, cpu-stress, network-delay, http-abort, ...")
    inject.add_argument("--pod", action="append", default=[], metavar="POD", help="target pod; may be repeated")
    inject.add_argument("--service", action="append", default=[], metavar="S", help="all pods of a service; repeatable")
    inject.add_argument("--duration", type=_seconds, metavar="S", help="seconds (default: faults.default_duration_s)")
    inject.add_argument("--param", action="append", default=[], metavar="K=V", help="e.g. latency_ms=300; repeatable")
    inject.add_argument(
        "--allow-last-replica", action="store_true", help="even if that leaves a service without a ready pod"
    )
    inject.add_argument("--wait", action="store_true", help="return when the fault is over, and show its labels")


def _add_stop_all(commands: "Commands") -> None:
    stop = _command(commands, "stop-all", "emergency stop: end every fault now, and allow none until `release`")
    stop.add_argument("--reason", default="no reason given", metavar="TEXT", help="why; kept in the audit log")


def _add_release(commands: "Commands") -> None:
    release = _command(commands, "release", "allow faults again after `stop-all`, or on pods that had not recovered")
    release.add_argument(
        "--pod", action="append", default=[], metavar="POD", help="end its quarantine; may be repeated"
    )


def _add_user(commands: "Commands") -> None:
    user = _command(commands, "user", "list and invite users, give roles, disable and enable")
    actions = user.add_subparsers(dest="action", metavar="ACTION", required=True)
    _command(actions, "list", "list users, newest first")
    invite = _command(actions, "invite", "invite somebody to make an account; prints the link")
    invite.add_argument("email", metavar="E-MAIL")
    role = _command(actions, "role", "give another role")
    for action in (
        role,
        _command(actions, "disable", "sign out everywhere, and not in again"),
        _command(actions, "enable", "let sign in again"),
    ):
        action.add_argument("name", metavar="NAME", help="or e-mail address")
    role.add_argument("role", choices=("viewer", "researcher", "operator", "admin"))


def _add_campaign(commands: "Commands") -> None:
    campaign = _command(commands, "campaign", "plan, run, list, stop and report campaigns: many faults from one file")
    actions = campaign.add_subparsers(dest="action", metavar="ACTION", required=True)
    plan = _command(actions, "plan", "show the steps that a file leads to, without doing anything")
    run = _command(actions, "run", "run a campaign to its end; Ctrl-C leaves it running")
    for command in (plan, run):
        command.add_argument("file", metavar="FILE", help="such as campaigns/quickstart.yaml")
        command.add_argument("--seed", type=_seed, metavar="N", help="instead of the file's")
    run.add_argument("--detach", action="store_true", help="return at once and leave it running")
    _command(actions, "list", "list campaigns, newest first")
    report = _command(actions, "report", "print the report of a campaign that is over, as Markdown, to hand out")
    report.add_argument("id", metavar="ID", help="or its first digits")
    report.add_argument("--html", action="store_true", help="as a page, with its charts")
    stop = _command(actions, "stop", "end a campaign and the fault that it has injected")
    stop.add_argument("id", nargs="?", default="", metavar="ID", help="default: the one that runs")


def _add_load(commands: "Commands") -> None:
    load = _command(commands, "load", "show or set the load of the shop")
    load.add_argument("rate", nargs="?", type=_rate, metavar="RATE", help="requests per second; left out, it is shown")
    load.add_argument(
        "--profile",
        choices=("constant", "diurnal", "burst", "steps"),
        help="how it moves around it (default: as now)",
    )
    load.add_argument("--period", type=_seconds, metavar="S", help="in which a day of the profile passes (1200)")
    load.add_argument("--replay", metavar="FILE", help="follow numbers, one a line, spread over the period")


def _add_event(commands: "Commands") -> None:
    event = _command(
        commands, "event", "have the healthy shop go through something: a rolling restart, a deploy, a load surge, ..."
    )
    actions = event.add_subparsers(dest="action", metavar="ACTION", required=True)
    _command(actions, "kinds", "list what there is, with its parameters")
    start = _command(actions, "start", "begin an event now; it ends by itself")
    start.add_argument("kind", metavar="EVENT", help="rolling-restart, scale, deploy, cache-flush, backup, load-surge")
    start.add_argument("--service", default="", metavar="S", help="of the shop; a load surge needs none")
    start.add_argument("--duration", type=_seconds, metavar="S", help="seconds, of events that last")
    start.add_argument("--param", action="append", default=[], metavar="K=V", help="e.g. replicas=3; repeatable")
    start.add_argument(
        "--allow-last-replica", action="store_true", help="even if a service has no ready pod for a moment"
    )
    start.add_argument("--wait", action="store_true", help="return when it is over")
    _command(actions, "list", "list events, newest first")
    stop = _command(actions, "stop", "have an event take the way back now")
    stop.add_argument("id", metavar="ID", help="or its first digits")


def _add_experiment(commands: "Commands") -> None:
    experiment = _command(
        commands, "experiment", "list, pause, resume, stop and delete planned faults, see their history"
    )
    actions = experiment.add_subparsers(dest="action", metavar="ACTION", required=True)
    _command(actions, "list", "list experiments, newest first")
    for name, text in (
        ("pause", "let no occurrence inject until it is resumed"),
        ("resume", "go on with the next occurrence"),
        ("stop", "end it and the fault that it has injected, for good"),
        ("delete", "forget one without a running fault; its injections and labels stay"),
        ("history", "list its occurrences, newest first, and what came of them"),
    ):
        _command(actions, name, text).add_argument("id", metavar="ID", help="or its first digits")


def _add_dataset(commands: "Commands") -> None:
    dataset = _command(commands, "dataset", "build, list, export, import, keep and delete datasets")
    actions = dataset.add_subparsers(dest="action", metavar="ACTION", required=True)
    build = _command(actions, "build", "build a dataset of a time window")
    build.add_argument("--last", type=_span, metavar="SPAN", help="the window's length up to now: 90s, 10m, 2h")
    build.add_argument("--from", dest="start", metavar="TIME", help="ISO 8601 with zone, or seconds since the epoch")
    build.add_argument("--to", dest="end", metavar="TIME", help="as --from (default: now)")
    build.add_argument("--campaign", metavar="ID", help="instead of a window: all of the time of this campaign")
    build.add_argument("--notes", default="", metavar="TEXT", help="for people")
    build.add_argument("--name", default="", help="letters, digits, dots and dashes (default: from the window)")
    build.add_argument("--format", default="csv", help="csv, parquet, rcaeval or openrca (default: csv)")
    _add_knobs(build)
    build.add_argument("--wait", action="store_true", help="return when it is built, showing progress")
    found = _command(actions, "list", "list datasets, newest first")
    found.add_argument("--search", default="", metavar="TEXT", help="part of a name, of notes or of a digest")
    export = _command(actions, "export", "download a dataset, or the rest of it, and verify its digest")
    export.add_argument("id", metavar="ID")
    export.add_argument("--out", default=".", metavar="DIR", help="folder to write to (default: here)")
    export.add_argument("--unpack", action="store_true", help="unpack the archive")
    send = _command(actions, "import", "upload a dataset; it is checked to the last byte")
    send.add_argument("file", metavar="FILE", help="a zip, of any format of the platform or of the original MicroServo")
    send.add_argument("--name", default="", help="of a dataset that does not name itself (default: the file's)")
    send.add_argument("--detach", action="store_true", help="return at once, before it is checked")
    keep = _command(actions, "keep", "keep a dataset whatever its age (datasets.keep_days)")
    keep.add_argument("id", metavar="ID")
    keep.add_argument("--off", action="store_true", help="no longer")
    delete = _command(actions, "delete", "delete a dataset; those who read it may finish")
    delete.add_argument("id", metavar="ID")


def _add_knobs(build: argparse.ArgumentParser) -> None:
    """Left out, they are not sent; the platform checks them."""
    knobs = build.add_argument_group("what to change of the telemetry")
    knobs.add_argument("--trace-sampling", type=float, metavar="SHARE", help="keep this share of traces, 0 to 1")
    knobs.add_argument("--log-drop", type=float, metavar="SHARE", help="drop this share of log lines, 0 to 1")
    knobs.add_argument("--metric-step-s", type=int, metavar="S", help="one sample of each series in so many seconds")
    knobs.add_argument(
        "--missing-service", dest="missing_services", action="append", metavar="S", help="leave it out; may be repeated"
    )
    knobs.add_argument("--onset-jitter-s", type=float, metavar="S", help="move labels by up to so many seconds")
    knobs.add_argument("--train-fraction", type=float, metavar="SHARE", help="split injections into train and test")
    knobs.add_argument("--seed", type=_seed, metavar="N", help="of all that is random here (default 0)")


def _add_telemetry(commands: "Commands") -> None:
    telemetry = _command(commands, "telemetry", "download what the shop's services wrote")
    actions = telemetry.add_subparsers(dest="action", metavar="ACTION", required=True)
    logs = _command(actions, "logs", "log lines of a window, newest first")
    logs.add_argument("--last", type=_span, metavar="SPAN", help="the window's length up to now: 90s, 10m, 2h")
    logs.add_argument("--from", dest="start", metavar="TIME", help="ISO 8601 with zone, or seconds since the epoch")
    logs.add_argument("--to", dest="end", metavar="TIME", help="as --from (default: now)")
    for name, dest, text in (
        ("--service", "services", "only of this service; may be repeated"),
        ("--pod", "pods", "only of this pod; may be repeated"),
        ("--level", "levels", "only of this level, such as ERROR; may be repeated"),
    ):
        logs.add_argument(name, dest=dest, action="append", metavar=name.removeprefix("--").upper(), help=text)
    logs.add_argument("--contains", metavar="TEXT", help="part of the message; case matters")
    logs.add_argument("--search", metavar="TEXT", help="part of the message; case does not matter")
    logs.add_argument("--regex", metavar="PATTERN", help="regular expression of RE2 that is found in the message")
    logs.add_argument("--trace-id", metavar="ID", help="only of this trace")
    logs.add_argument("--span-id", metavar="ID", help="only of this span")
    logs.add_argument("--limit", type=_lines, metavar="N", help="how many lines at most (default and most: 1,000,000)")
    logs.add_argument("--format", choices=("csv", "ndjson"), default="csv", help="csv or ndjson (default: csv)")
    logs.add_argument("--out", default="", metavar="FILE", help="file to write (default: logs.csv or logs.ndjson)")


def _add_logs(commands: "Commands") -> None:
    logs = _command(commands, "logs", "show the output of a part (web, worker, ...) or a pod")
    logs.add_argument("name", nargs="?", default="", metavar="NAME", help="part or pod; without it, the names")
    logs.add_argument("-f", "--follow", action="store_true", help="keep showing what is added")
    logs.add_argument("-n", "--lines", type=_lines, default=50, metavar="N", help="how many last lines (default 50)")


def _seconds(text: str) -> float:
    if not re.fullmatch(r"\d{1,6}(\.\d+)?", text) or float(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds above 0")
    return float(text)


def _rate(text: str) -> float:
    if not re.fullmatch(r"\d{1,4}(\.\d+)?", text) or float(text) > 1000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to 1000")
    return float(text)


def _seed(text: str) -> int:
    if not text.isdecimal() or len(text) > 15:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of up to 15 digits")
    return int(text)


def _lines(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of lines")
    return int(text)


def _span(text: str) -> float:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd])", text)
    if not match or float(match[1]) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a span of time such as 90s, 10m or 2h")
    return float(match[1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[match[2]]
