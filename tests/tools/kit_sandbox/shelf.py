"""A small sandbox for the tests of the machinery."""

from dataclasses import dataclass, field

from starlette.responses import JSONResponse, Response

from tools.kit.sandbox.clock import Clock
from tools.kit.sandbox.routes import Call, Routes
from tools.kit.sandbox.sandbox import Sandbox

API = "/shelf/api"


@dataclass
class Shelf:
    """A world for the tests: things by number, and how often one was made."""

    things: dict[int, str] = field(default_factory=lambda: {1: "mug", 2: "hat"})


def shelf(clock: Clock | None = None) -> Sandbox:
    routes: Routes[Shelf] = Routes()

    @routes.get("/things/{thing_id:int}")
    async def get_thing(call: Call[Shelf]) -> Response:
        return JSONResponse({"name": call.world.things[call.number("thing_id")], "origin": call.origin})

    @routes.get("/things")
    async def list_things(call: Call[Shelf]) -> Response:
        return JSONResponse({"things": call.world.things, "tags": call.all("tags[]"), "last": call.last("page")})

    @routes.post("/things")
    async def add_thing(call: Call[Shelf]) -> Response:
        sent = call.json()
        assert isinstance(sent, dict)
        call.world.things[len(call.world.things) + 1] = sent["name"]
        return JSONResponse({"count": len(call.world.things)}, 201)

    @routes.action("shout")
    async def shout(call: Call[Shelf]) -> Response:
        return JSONResponse({"said": call.json(), "things": len(call.world.things)})

    files: Routes[Shelf] = Routes()

    @files.get("/{name}")
    async def get_file(call: Call[Shelf]) -> Response:
        return Response(f"{call.params['name']} of {len(call.world.things)}")

    def admit(call: Call[Shelf]) -> Response | None:
        is_known = call.request.headers.get("authorization") == "Key open-sesame"
        return None if is_known else JSONResponse({"error": "who?"}, 401)

    return Sandbox(
        API,
        lambda _: Shelf(),
        [routes],
        other_mounts={"/shelf/files": [files]},
        admit=admit,
        clock=clock or Clock(factor=0),
    )


def shelf_elsewhere() -> Sandbox:
    return Sandbox("/other", lambda _: Shelf(), clock=Clock(factor=0))
