"""The division into train and test, where the dataset has one."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from microservo_sdk.container import MANIFEST, Container
from microservo_sdk.documents import Node, read_json
from microservo_sdk.labels import window_of
from microservo_sdk.manifest import Manifest
from microservo_sdk.model import Injection, Side, Split

FILES: Final = ("split.json", "groundtruth/split.json")


def read_split(
    container: Container, manifest: Manifest | None, injections: Callable[[], list[Injection]]
) -> Split | None:
    node = _node(container, manifest)
    if node is None or node.value is None:
        return None
    known = {each.injection_id: each for each in injections()}
    return Split(train=_side(node.get("train"), known), test=_side(node.get("test"), known))


def _node(container: Container, manifest: Manifest | None) -> Node | None:
    for name in FILES:
        if name in container.sizes:
            return Node(read_json(container, name), name)
    content: Mapping[str, Any] = manifest.content if manifest else {}
    return Node(content["split"], MANIFEST, "split") if "split" in content else None


def _side(node: Node, known: Mapping[str, Injection]) -> Side:
    """Either a list of ids, or ids with windows."""
    listed = node if isinstance(node.value, list) else node.get("injections")
    ids = [(each, each.text()) for each in listed.items()]
    for each, injection in ids:
        if injection not in known:
            raise each.wrong(f"no injection {injection!r} in this dataset")
    windows = [] if isinstance(node.value, list) else [window_of(each) for each in node.find("windows", []).items()]
    return Side(injections=tuple(known[injection] for _, injection in ids), windows=tuple(windows))
