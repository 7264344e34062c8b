"""The division into train and test, where the dataset has one."""

from collections.abc import Callable, Mapping
from typing import Final

from microservo_sdk.container import Container
from microservo_sdk.documents import Node, read_json
from microservo_sdk.labels import window_of
from microservo_sdk.model import Injection, Side, Split

SPLIT: Final = "groundtruth/split.json"


def read_split(container: Container, injections: Callable[[], list[Injection]]) -> Split | None:
    if SPLIT not in container.sizes:
        return None
    node = Node(read_json(container, SPLIT), SPLIT)
    known = {each.injection_id: each for each in injections()}
    return Split(train=_side(node.get("train"), known), test=_side(node.get("test"), known))


def _side(node: Node, known: Mapping[str, Injection]) -> Side:
    ids = [(each, each.text()) for each in node.get("injections").items()]
    for each, injection in ids:
        if injection not in known:
            raise each.wrong(f"no injection {injection!r} in this dataset")
    windows = [window_of(each) for each in node.find("windows", []).items()]
    return Side(injections=tuple(known[injection] for _, injection in ids), windows=tuple(windows))
