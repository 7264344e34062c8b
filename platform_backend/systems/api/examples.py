"""Bodies that the API's schema shows as examples."""

from typing import Final

SERVICE: Final = {
    "name": "cartservice",
    "replicas": 1,
    "protocol": "grpc",
    "calls": ["redis-cart"],
    "protected": False,
    "volumes": [],
    "containers": ["cartservice"],
}
POD: Final = {
    "name": "cartservice-0",
    "service": "cartservice",
    "node": "local",
    "phase": "Running",
    "ready": True,
    "restarts": 0,
    "started": 1767603600000000,
    "pid": 4711,
    "cpu_limit": 0.2,
    "memory_limit": 134217728,
    "cpu_seconds": 3.5,
    "memory_bytes": 31457280,
    "version": "1.0.0",
}

LOAD: Final = {"rate": 10.0, "profile": "constant", "period_s": 1200.0, "series": []}
DAY: Final = {"rate": 15.0, "profile": "diurnal", "period_s": 600.0}
