"""The control API: HTTP and JSON on a unix socket that only this user can open."""

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from typing import Any, Final

from aiohttp import web

from local_cluster.controller import Controller
from local_cluster.events import kinds as event_kinds
from local_cluster.faults import kinds
from local_cluster.faults.base import Refused
from local_cluster.faults.block import block_of

SHUTDOWN_TIMEOUT: Final = 1.0

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class ControlApi:
    """Translates requests into calls of the controller, nothing more."""

    def __init__(self, controller: Controller) -> None:
        self._controller = controller
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application(middlewares=[_errors_as_json])
        app.add_routes(self._routes())
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_TIMEOUT)
        await self._runner.setup()
        path = self._controller.settings.socket
        path.unlink(missing_ok=True)
        await web.UnixSite(self._runner, str(path)).start()
        path.chmod(0o600)

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
        self._controller.settings.socket.unlink(missing_ok=True)

    def _routes(self) -> Sequence[web.RouteDef]:
        return [
            web.get("/health", self._health),
            web.get("/services", self._services),
            web.get("/pods", self._pods),
            web.post("/pods/{pod}/recreate", self._pod_recreate),
            web.get("/processes", self._processes),
            web.get("/cgroups", self._cgroups),
            web.get("/kinds", self._kinds),
            web.get("/io-rules", self._io_rules),
            web.get("/faults", self._faults),
            web.post("/faults", self._fault_submit),
            web.delete("/faults", self._fault_end_all),
            web.get("/faults/{fault_id}", self._fault),
            web.delete("/faults/{fault_id}", self._fault_end),
            web.get("/event-kinds", self._event_kinds),
            web.get("/events", self._events),
            web.post("/events", self._event_submit),
            web.get("/events/{event_id}", self._event),
            web.delete("/events/{event_id}", self._event_end),
            web.get("/block", self._block),
            web.put("/block", self._block_set),
            web.delete("/block", self._block_clear),
            web.get("/load", self._load),
            web.put("/load", self._load_set),
        ]

    async def _health(self, request: web.Request) -> web.Response:
        return web.json_response({"state": self._controller.state, "since_us": self._controller.since_us})

    async def _services(self, request: web.Request) -> web.Response:
        services = self._controller.topology.services.values()
        return web.json_response(
            [
                {
                    "name": it.name,
                    "replicas": it.replicas,
                    "protocol": it.protocol,
                    "calls": list(it.calls),
                    "volumes": [volume.mount for volume in it.volumes],
                }
                for it in services
            ]
        )

    async def _pods(self, request: web.Request) -> web.Response:
        node = self._controller.settings.node
        return web.json_response([asdict(pod.status()) | {"node": node} for pod in self._controller.pods])

    async def _pod_recreate(self, request: web.Request) -> web.Response:
        await self._controller.recreate(request.match_info["pod"])
        return web.json_response({}, status=202)

    async def _processes(self, request: web.Request) -> web.Response:
        return web.json_response([asdict(process) for process in self._controller.processes()])

    async def _cgroups(self, request: web.Request) -> web.Response:
        return web.json_response(self._controller.cgroups())

    async def _kinds(self, request: web.Request) -> web.Response:
        return web.json_response(kinds.support())

    async def _io_rules(self, request: web.Request) -> web.Response:
        return web.json_response(self._controller.io.rules())

    async def _faults(self, request: web.Request) -> web.Response:
        return web.json_response([record.to_json() for record in self._controller.faults.all()])

    async def _fault(self, request: web.Request) -> web.Response:
        return web.json_response(self._controller.faults.get(request.match_info["fault_id"]).to_json())

    async def _fault_submit(self, request: web.Request) -> web.Response:
        record, is_new = self._controller.faults.submit(await _body(request))
        return web.json_response(record.to_json(), status=201 if is_new else 200)

    async def _fault_end(self, request: web.Request) -> web.Response:
        return web.json_response(self._controller.faults.end(request.match_info["fault_id"]).to_json())

    async def _fault_end_all(self, request: web.Request) -> web.Response:
        return web.json_response([record.to_json() for record in self._controller.faults.end_all()])

    async def _event_kinds(self, request: web.Request) -> web.Response:
        return web.json_response(list(event_kinds.KINDS))

    async def _events(self, request: web.Request) -> web.Response:
        return web.json_response([record.to_json() for record in self._controller.events.all()])

    async def _event(self, request: web.Request) -> web.Response:
        return web.json_response(self._controller.events.get(request.match_info["event_id"]).to_json())

    async def _event_submit(self, request: web.Request) -> web.Response:
        record, is_new = self._controller.events.submit(await _body(request))
        return web.json_response(record.to_json(), status=201 if is_new else 200)

    async def _event_end(self, request: web.Request) -> web.Response:
        return web.json_response(self._controller.events.end(request.match_info["event_id"]).to_json())

    async def _block(self, request: web.Request) -> web.Response:
        held = self._controller.faults.block
        return web.json_response({"block": None if held is None else asdict(held)})

    async def _block_set(self, request: web.Request) -> web.Response:
        self._controller.block(block_of(await _body(request)))
        return await self._block(request)

    async def _block_clear(self, request: web.Request) -> web.Response:
        self._controller.faults.clear_block(request.query.get("stop_id"))
        return await self._block(request)

    async def _load(self, request: web.Request) -> web.Response:
        return web.json_response(self._controller.load.asked)

    async def _load_set(self, request: web.Request) -> web.Response:
        wanted = await _body(request)
        await self._controller.load.set(wanted.pop("rate", None), wanted)
        return web.json_response(self._controller.load.asked)


async def _body(request: web.Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.text())
    except ValueError as error:
        raise Refused(400, f"the body is not JSON: {error}") from None
    if not isinstance(body, dict):
        raise Refused(400, "the body must be a JSON object")
    return body


@web.middleware
async def _errors_as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except Refused as refused:
        return web.json_response({"error": str(refused)}, status=refused.status)
    except web.HTTPException as error:
        return web.json_response({"error": f"{request.method} {request.path}: {error.reason}"}, status=error.status)
