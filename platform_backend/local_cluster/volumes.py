"""Volumes of pods: folders of their own, empty at each start, as an emptyDir is in a new pod on Kubernetes."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from local_cluster.topology import PodSpec


def mounts(pod: PodSpec, pods_dir: Path) -> dict[str, Path]:
    """The folder on this machine of each of the pod's mount paths."""
    root = pods_dir.resolve() / pod.name / "volumes"
    return {volume.mount: root / volume.name for volume in pod.service.volumes}


def empty(folders: Mapping[str, Path]) -> None:
    """Make them anew. Raises OSError."""
    for folder in folders.values():
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)


def replaced(value: str, folders: Mapping[str, Path]) -> str:
    """A path below a mount path as it is on this machine; any other value as it is."""
    for mount, folder in folders.items():
        if value == mount or value.startswith(f"{mount}/"):
            return f"{folder}{value[len(mount) :]}"
    return value
