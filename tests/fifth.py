"""A toy platform, part by part, for the test that adds it to a copy of the tree."""

KEY = "toyshelf"

PARTS = {
    "__init__.py": '"""A shelf of toys, as a platform."""\n',
    "models.py": '''"""What the shelf answers."""

from pydantic import Field

from tools.kit.model import Many, Model
from tools.kit.text import Key, Untrusted


class Toy(Model):
    """A toy."""

    id: int
    name: Untrusted | None = None
    status: Key | None = None


class Toys(Model):
    """All toys."""

    toys: Many[Toy] = Field(default_factory=list)
''',
    "client.py": '''"""The shelf over HTTP."""

from tools.kit.client import ApiClient, path
from tools.kit.network import Account, HeaderToken
from tools.toyshelf.models import Toy, Toys

TOKEN = "TOYSHELF_API_TOKEN"


class Shelf(ApiClient):
    """One shelf."""

    def __init__(self, account: Account) -> None:
        super().__init__(account, auth=HeaderToken("Authorization", f"Bearer {account.secret(TOKEN)}"))

    async def toys(self) -> list[Toy]:
        """GET /toys"""
        return (await self.get("/toys", into=Toys)).toys

    async def toy(self, toy_id: int) -> Toy:
        """GET /toys/{toy_id}"""
        return await self.get(path("toys", toy_id), into=Toy)
''',
    "tools.py": '''"""Looking at toys."""

from collections.abc import Collection

from tools.kit.page import Coverage, Page, Selection
from tools.kit.survey import Found, Kind, RunRow, RunStory, Results, Survey, Query
from tools.kit.text import quote
from tools.kit.toolset import Toolset
from tools.toyshelf.client import Shelf
from tools.toyshelf.models import Toy

tool = Toolset(Shelf)


@tool.reads()
async def list_toys(api: Shelf) -> Page[Toy]:
    """List the toys of the shelf."""
    selection: Selection[Toy] = Selection(lambda toy: (toy.id,), limit=50, cursor=None)
    for toy in await api.toys():
        selection.offer(toy)
    count = selection.matched
    return selection.page(lambda toy: toy, Coverage(total=count, loaded=count, matched=count, complete=True))


@tool.reads()
async def get_toy(api: Shelf, toy_id: int) -> Toy:
    """Read one toy."""
    return await api.toy(toy_id)


@tool.resource("toys/{toy_id}")
async def toy_page(api: Shelf, toy_id: int) -> str:
    """A toy as a page to read."""
    toy = await api.toy(toy_id)
    return f"# Toy {toy.id}: {quote(toy.name or '')}"


async def runs(api: Shelf, query: Query) -> Results[RunRow]:
    toys = [toy for toy in await api.toys() if query.fits(toy.name, None, None)]
    return Results([RunRow(platform="toyshelf", run_id=str(t.id), title=t.name, status="passed") for t in toys])


async def run(api: Shelf, run_id: str, query: Query) -> RunStory:
    toy = await api.toy(int(run_id))
    return RunStory(run=RunRow(platform="toyshelf", run_id=run_id, title=toy.name, status="passed"))


async def search(api: Shelf, words: str, kinds: Collection[Kind], limit: int) -> Results[Found]:
    return Results()


survey = Survey(runs=runs, run=run, search=search)
''',
    "sandbox.py": '''"""An imitation of the shelf."""

from starlette.responses import JSONResponse, Response

from tools.kit.sandbox.routes import Call, Routes
from tools.kit.sandbox.sandbox import Sandbox

routes: Routes[dict[int, str]] = Routes()


@routes.get("/toys")
async def list_toys(call: Call[dict[int, str]]) -> Response:
    return JSONResponse({"toys": [{"id": number, "name": name} for number, name in call.world.items()]})


@routes.get("/toys/{toy_id:int}")
async def get_toy(call: Call[dict[int, str]]) -> Response:
    number = call.number("toy_id")
    return JSONResponse({"id": number, "name": call.world[number], "status": "new"})


def build() -> Sandbox:
    return Sandbox("/toyshelf", lambda clock: {1: "Bear", 2: "Boat"}, [routes])
''',
    "platform.py": '''"""The shelf: what it is, and its parts."""

from typing import Any

from tools.kit.platform import Credential, Parts, Platform, Setting


def parts() -> Parts:
    from tools.toyshelf.client import Shelf
    from tools.toyshelf.hints import HINTS
    from tools.toyshelf.tools import survey, tool

    return Parts(client=Shelf, toolsets=(tool,), probe=probe, survey=survey, hints=HINTS)


def sandbox(profile: str = "story") -> Any:
    from tools.toyshelf.sandbox import build

    return build()


async def probe(api: Any) -> str:
    return f"{len(await api.toys())} toys visible"


toyshelf = Platform(
    key="toyshelf",
    title="Toy Shelf",
    docs="https://toys.example/docs",
    load=parts,
    sandbox=sandbox,
    acts=lambda: (),
    credentials=(Credential("TOYSHELF_API_TOKEN", "under the shelf"),),
    address=Setting("TOYSHELF_BASE_URL", "Address of the shelf", "https://toys.example/api"),
    mount="/toyshelf",
)
''',
    "hints.py": '''"""The words people ask for these tools with."""

from typing import Final

HINTS: Final = {"list_toys": "which toys are there", "get_toy": "what is in this box"}
''',
    "operations.toml": """# The operations of the shelf.
title = "Toy Shelf"
expected = 2
left_out = ["what is under the shelf"]

[[operation]]
group = "Toys"
method = "GET"
path = "/toys"
source = "its label"

[[operation]]
group = "Toys"
method = "GET"
path = "/toys/{id}"
source = "its label"
""",
}
