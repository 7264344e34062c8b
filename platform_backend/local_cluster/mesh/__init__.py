"""The service mesh: one Envoy and one wire between the pods, their configuration and their faults."""

from local_cluster.mesh.http_fault import HttpFault
from local_cluster.mesh.layout import INGRESS, MeshError
from local_cluster.mesh.mesh import Mesh
from local_cluster.wire.impairment import Impairment

__all__ = ["INGRESS", "HttpFault", "Impairment", "Mesh", "MeshError"]
