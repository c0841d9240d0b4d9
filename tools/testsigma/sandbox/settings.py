"""Settings lists, users and labels: read-only records that all projects share."""

from functools import partial

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testsigma.sandbox.answers import Row, json_response, render_record
from tools.testsigma.sandbox.identity import uuid_of
from tools.testsigma.sandbox.paging import answer_page, page_of
from tools.testsigma.sandbox.records import Label, Lookup, User
from tools.testsigma.sandbox.world import World

routes: Routes[World] = Routes()

RETEST = "Retest"
_GUIDE_NAMES = {"UnTested": "Untested"}
_ICONS = "https://cdn.example.test/icons"


@routes.get("/users")
async def list_users(call: Call[World]) -> Response:
    """Users directly under `data`, without `page_info`."""
    world = call.world
    rows, page_info = page_of(call, "users", list(world.users.values()))
    extra = {"page_info": page_info} if world.switches.as_documented else {}
    return json_response({"message": "", "data": [render_user(world, user) for user in rows], **extra})


@routes.get("/labels")
async def list_labels(call: Call[World]) -> Response:
    rows = list(call.world.labels.values())
    return answer_page(call, "labels", "labels", rows, lambda label: render_label(call.world, label))


def render_user(world: World, user: User) -> Row:
    status = world.value_of(user.id, user.status)
    fields: Row = {
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "identity_user_uuid": uuid_of(f"identity/{user.id}"),
        "status": status.lower() if world.switches.as_documented else status,
    }
    return render_record(world, user, fields)


def render_label(world: World, label: Label) -> Row:
    """A label; only its times are in camel case."""
    times = {"createdAt": world.timestamp(label.meta.created_at), "updatedAt": world.timestamp(label.meta.updated_at)}
    return {"id": label.id, "name": label.name, **times}


def render_labels(world: World, label_ids: list[str]) -> list[Row]:
    return [render_label(world, world.labels[label_id]) for label_id in label_ids]


def result_name(world: World, status_id: str) -> str:
    """The name of a result status, with the current switches."""
    name = world.lookups["results"][status_id].name
    return _GUIDE_NAMES.get(name, name) if world.switches.guide_statuses else name


async def _list_lookup(call: Call[World], kind: str) -> Response:
    """One of the lists; the statuses below test runs are the six or seven statuses of results, not of runs."""
    world, name = call.world, "statuses" if kind == "results" else kind
    rows = list(world.lookups[kind].values())
    if kind == "results" and not world.switches.guide_statuses:
        rows = [row for row in rows if row.name != RETEST]
    return answer_page(call, name, f"test_case_{name}", rows, lambda row: _render_lookup(world, kind, row))


for _kind in ("automation_types", "types", "statuses", "priorities"):
    routes.get(f"/test_cases/{_kind}")(partial(_list_lookup, kind=_kind))
routes.get("/test_runs/statuses")(partial(_list_lookup, kind="results"))


def _render_lookup(world: World, kind: str, row: Lookup) -> Row:
    name = result_name(world, row.id) if kind == "results" else row.name
    icon = f"{_ICONS}/{kind}/{row.order}.svg"
    return {"id": row.id, "name": name, "order": row.order, "alias": None, "icon_url": icon}
