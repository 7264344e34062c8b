"""What a pod's name says."""


def service_of(pod: str) -> str:
    """Pods are named <service>-<index>."""
    return pod.rpartition("-")[0] or pod
