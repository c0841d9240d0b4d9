"""Requirements: what tests are written for, out of a tracker, a wiki, files or a text."""

from starlette.responses import Response

from tools.kit.sandbox.multipart import NotMultipart, parts
from tools.kit.sandbox.routes import Call, Routes
from tools.testomatio.sandbox.access import project
from tools.testomatio.sandbox.answers import created, gone, invalid, refuse, v2
from tools.testomatio.sandbox.dates import zulu
from tools.testomatio.sandbox.project_records import Requirement
from tools.testomatio.sandbox.records import Suite
from tools.testomatio.sandbox.requests import Fields, assign, boolean, choice, fields_of, require, string, strings_sent
from tools.testomatio.sandbox.v2.pages import Groups, Row, page_of
from tools.testomatio.sandbox.v2.scope import V2, find
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()

SOURCES = ("jira", "confluence", "file", "text")
SCOPES = ("global", "attached", "detached", "without_suites")
SHORTEST_TEXT = 500
_GROUPS: Groups[Requirement] = {"source_type": lambda one: one.source_type, "source": lambda one: one.source_type}


@routes.get(f"{V2}/requirements")
async def list_requirements(call: Call[World]) -> Response:
    world = call.world
    found = [one for one in world.requirements.values() if one.project == project(call).slug]
    if source := call.last("source"):
        found = [one for one in found if one.source_type == source]
    if scope := call.last("scope"):
        if scope not in SCOPES:
            raise invalid(f"scope is not included in the list: {', '.join(SCOPES)}")
        found = [one for one in found if scope in _scopes(world, one)]
    return page_of(call, found, lambda one: shown(world, one), groups=_GROUPS)


def _scopes(world: World, one: Requirement) -> set[str]:
    """Where a requirement counts: one that is global is neither attached nor detached."""
    scopes = set() if _suites(world, one) else {"without_suites"}
    if one.is_global:
        return scopes | {"global"}
    return scopes | {"detached" if scopes else "attached"}


@routes.get(f"{V2}/requirements/{{id}}")
async def get_requirement(call: Call[World]) -> Response:
    return v2(call, shown(call.world, _find(call)))


@routes.post(f"{V2}/requirements")
async def create_requirement(call: Call[World]) -> Response:
    """JSON, or a form when files come along."""
    world = call.world
    sent, files = _sent(call)
    require(sent, "title", "source_type")
    source = choice(sent, "source_type", SOURCES, "text")
    one = Requirement(world.new_id(), project(call).slug, "", source, world.now(), world.now())
    if source == "confluence":
        require(sent, "confluence_url")
        one.url = string(sent, "confluence_url")
    if source == "text":
        require(sent, "description")
    if source == "file" and not files:
        raise invalid("Files can't be blank")
    _write(one, sent, files)
    world.requirements[one.id] = one
    return created(call, shown(world, one))


@routes.patch(f"{V2}/requirements/{{id}}")
@routes.put(f"{V2}/requirements/{{id}}")
async def update_requirement(call: Call[World]) -> Response:
    """Partial; where it comes from stays, and a description counts for a text only."""
    one = _find(call)
    sent, files = _sent(call)
    if "title" in sent:
        require(sent, "title")
    _write(one, sent, files)
    one.updated_at = call.world.now()
    return v2(call, shown(call.world, one))


@routes.delete(f"{V2}/requirements/{{id}}")
async def delete_requirement(call: Call[World]) -> Response:
    call.world.drop_requirement(_find(call))
    return gone()


def _sent(call: Call[World]) -> tuple[Fields, list[str]]:
    """The fields of a body and the names of the files in it."""
    if not call.content_type.startswith("multipart/"):
        return fields_of(call, "requirement"), []
    try:
        found = parts(call.content_type, call.body)
    except NotMultipart as error:
        raise refuse(400, f"The form cannot be read: {error}") from error
    files = [part.filename for part in found if part.filename is not None and part.name in {"files", "files[]"}]
    return {part.name: part.text for part in found if part.filename is None}, files


def _write(one: Requirement, sent: Fields, files: list[str]) -> None:
    names = ("title", "details", "description") if one.source_type == "text" else ("title", "details")
    told = strings_sent(sent, *names)
    if "description" in told and len(told["description"] or "") < SHORTEST_TEXT:
        raise invalid(f"Description is too short (minimum is {SHORTEST_TEXT} characters)")
    active, is_global = boolean(sent, "active", default=one.active), boolean(sent, "global", default=one.is_global)
    assign(one, told)
    one.active, one.is_global = active, is_global
    one.files += files


def _suites(world: World, one: Requirement) -> list[Suite]:
    return [suite for suite in world.suites.of(one.project) if one.id in suite.requirements]


def _find(call: Call[World]) -> Requirement:
    return find(call, call.world.requirements, str(call.params["id"]), "Requirement")


def shown(world: World, one: Requirement) -> Row:
    return {
        "id": one.id,
        "type": "requirement",
        "title": one.title,
        "source_type": one.source_type,
        "description": one.description,
        "details": one.details,
        "active": one.active,
        "global": one.is_global,
        "url": one.url,
        "files": one.files,
        "suites": [{"id": suite.id, "title": suite.title} for suite in _suites(world, one)],
        "created_at": zulu(one.created_at),
        "updated_at": zulu(one.updated_at),
    }
