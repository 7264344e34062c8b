"""cases.json and the cases' own times against injections.json."""

from collections.abc import Mapping, Sequence
from typing import Final

from microservo_sdk.container import Container
from microservo_sdk.contents import INJECT_TIME, is_inject_time
from microservo_sdk.documents import Node, read_json, read_text
from microservo_sdk.errors import DatasetError
from microservo_sdk.labels import INJECTIONS
from microservo_sdk.manifest import Manifest
from microservo_sdk.model import Injection
from microservo_sdk.tolerance import TRUTH, Tolerance, tolerance_of

CASES: Final = "cases.json"


def check_cases(container: Container, manifest: Manifest, injections: Sequence[Injection]) -> None:
    """Raise DatasetError when a case is not that of its injection, or an injection or a folder has none."""
    known = {each.injection_id: each for each in injections}
    top = Node(read_json(container, CASES), CASES)
    entries, skipped = top.get("cases").items(), top.find("skipped", []).items()
    tolerance = tolerance_of(manifest)
    for entry in entries:
        _check_case(container, entry, known, tolerance)
    members = [member for entry in entries for member in _members(entry)]
    named = {_injection(entry, known).injection_id for entry in [*entries, *members, *skipped]}
    for name in sorted(known.keys() - named):
        raise DatasetError(f"injection {name} of {INJECTIONS} is not in it", file=CASES, hint=TRUTH)
    told = {_file(entry) for entry in entries}
    for name in sorted(filter(is_inject_time, container.sizes)):
        if name not in told:
            raise DatasetError(f"no case of {CASES} lies here", file=name, hint=TRUTH)


def _check_case(container: Container, entry: Node, known: Mapping[str, Injection], tolerance: Tolerance) -> None:
    members = _members(entry)
    for member in members:
        _check_hurt(member, [_injection(member, known)])
    least = min(_after(member) for member in members)
    _check_hurt(entry, [_injection(member, known) for member in members if _after(member) == least])
    second = entry.get("inject_time")
    starts = [_injection(member, known).start for member in members]
    first = min((start for start in starts if start is not None), default=None)
    if not tolerance.allows(first, second.integer()):
        raise _contradiction(second, f"its fault began at {first} microseconds")
    if read_text(container, _file(entry)).strip() != str(second.integer()):
        problem = f"not {second.integer()}, the {second.place} of {CASES}"
        raise DatasetError(problem, file=_file(entry), line=1, hint=TRUTH)


def _members(entry: Node) -> list[Node]:
    """The injections of a case; of datasets of older versions each case is one."""
    members = entry.get("injections").items() if "injections" in entry.object() else [entry]
    if not members:
        raise entry.wrong("it has no injection")
    return members


def _after(member: Node) -> float:
    """Those with the least are the causes of the case, after which it is named."""
    return member.find("after_s", 0).number()


def _check_hurt(entry: Node, injections: Sequence[Injection]) -> None:
    hurt = [label for each in injections for label in each.labels if label.start is not None]
    lists = {"services": sorted({label.service for label in hurt}), "pods": sorted(label.pod for label in hurt)}
    for key, true in lists.items():
        if entry.get(key).value != true:
            names = ", ".join(each.injection_id for each in injections)
            raise _contradiction(entry.get(key), f"{names} hurt {', '.join(true)}")


def _injection(entry: Node, known: Mapping[str, Injection]) -> Injection:
    name = entry.get("injection")
    if name.text() not in known:
        raise _contradiction(name, f"there is no injection {name.text()!r}")
    injection = known[name.text()]
    if entry.get("kind").text() != injection.kind:
        raise _contradiction(entry.get("kind"), f"{name.text()} is a {injection.kind}")
    return injection


def _file(entry: Node) -> str:
    return f"{entry.get('folder').text()}/{INJECT_TIME}"


def _contradiction(node: Node, problem: str) -> DatasetError:
    return DatasetError(f"{node.place}: in {INJECTIONS} {problem}", file=node.file, hint=TRUTH)
