"""Requirements: from a tracker, a wiki, files or a text."""

from starlette.responses import Response

from tools.kit.sandbox.multipart import NotMultipart, parts
from tools.kit.sandbox.routes import Call, Routes
from tools.testomatio.sandbox.access import project
from tools.testomatio.sandbox.answers import created, invalid, no_content, refuse, v2_answer
from tools.testomatio.sandbox.dates import zulu
from tools.testomatio.sandbox.project_records import Requirement
from tools.testomatio.sandbox.records import Suite
from tools.testomatio.sandbox.requests import Fields, assign, boolean, choice, fields_of, require, string, strings_sent
from tools.testomatio.sandbox.v2.pages import Groups, Row, page_of
from tools.testomatio.sandbox.v2.scope import V2, find_record
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()

SOURCES = ("jira", "confluence", "file", "text")
SCOPES = ("global", "attached", "detached", "without_suites")
SHORTEST_TEXT = 500
_GROUPS: Groups[Requirement] = {
    "source_type": lambda requirement: requirement.source_type,
    "source": lambda requirement: requirement.source_type,
}


@routes.get(f"{V2}/requirements")
async def list_requirements(call: Call[World]) -> Response:
    world = call.world
    found = [requirement for requirement in world.requirements.values() if requirement.project == project(call).slug]
    if source := call.last("source"):
        found = [requirement for requirement in found if requirement.source_type == source]
    if scope := call.last("scope"):
        if scope not in SCOPES:
            raise invalid(f"scope is not included in the list: {', '.join(SCOPES)}")
        found = [requirement for requirement in found if scope in _scopes(world, requirement)]
    return page_of(call, found, lambda requirement: render_requirement(world, requirement), groups=_GROUPS)


def _scopes(world: World, requirement: Requirement) -> set[str]:
    """The scopes of a requirement; a global one is neither attached nor detached."""
    scopes = set() if _suites(world, requirement) else {"without_suites"}
    if requirement.is_global:
        return scopes | {"global"}
    return scopes | {"detached" if scopes else "attached"}


@routes.get(f"{V2}/requirements/{{id}}")
async def get_requirement(call: Call[World]) -> Response:
    return v2_answer(call, render_requirement(call.world, _find_requirement(call)))


@routes.post(f"{V2}/requirements")
async def create_requirement(call: Call[World]) -> Response:
    """Create a requirement from JSON, or from a form with files."""
    world = call.world
    sent, files = _fields_and_files(call)
    require(sent, "title", "source_type")
    source = choice(sent, "source_type", SOURCES, "text")
    requirement = Requirement(world.new_id(), project(call).slug, "", source, world.now(), world.now())
    if source == "confluence":
        require(sent, "confluence_url")
        requirement.url = string(sent, "confluence_url")
    if source == "text":
        require(sent, "description")
    if source == "file" and not files:
        raise invalid("Files can't be blank")
    _set_fields(requirement, sent, files)
    world.requirements[requirement.id] = requirement
    return created(call, render_requirement(world, requirement))


@routes.patch(f"{V2}/requirements/{{id}}")
@routes.put(f"{V2}/requirements/{{id}}")
async def update_requirement(call: Call[World]) -> Response:
    """Update some fields; the source does not change, and a description is only for texts."""
    requirement = _find_requirement(call)
    sent, files = _fields_and_files(call)
    if "title" in sent:
        require(sent, "title")
    _set_fields(requirement, sent, files)
    requirement.updated_at = call.world.now()
    return v2_answer(call, render_requirement(call.world, requirement))


@routes.delete(f"{V2}/requirements/{{id}}")
async def delete_requirement(call: Call[World]) -> Response:
    call.world.drop_requirement(_find_requirement(call))
    return no_content()


def _fields_and_files(call: Call[World]) -> tuple[Fields, list[str]]:
    """The fields of a body and the names of its files."""
    if not call.content_type.startswith("multipart/"):
        return fields_of(call, "requirement"), []
    try:
        found = parts(call.content_type, call.body)
    except NotMultipart as error:
        raise refuse(400, f"The form cannot be read: {error}") from error
    files = [part.filename for part in found if part.filename is not None and part.name in {"files", "files[]"}]
    return {part.name: part.text for part in found if part.filename is None}, files


def _set_fields(requirement: Requirement, sent: Fields, files: list[str]) -> None:
    names = ("title", "details", "description") if requirement.source_type == "text" else ("title", "details")
    texts = strings_sent(sent, *names)
    if "description" in texts and len(texts["description"] or "") < SHORTEST_TEXT:
        raise invalid(f"Description is too short (minimum is {SHORTEST_TEXT} characters)")
    active, is_global = (
        boolean(sent, "active", default=requirement.active),
        boolean(sent, "global", default=requirement.is_global),
    )
    assign(requirement, texts)
    requirement.active, requirement.is_global = active, is_global
    requirement.files += files


def _suites(world: World, requirement: Requirement) -> list[Suite]:
    return [suite for suite in world.suites.of(requirement.project) if requirement.id in suite.requirements]


def _find_requirement(call: Call[World]) -> Requirement:
    return find_record(call, call.world.requirements, str(call.params["id"]), "Requirement")


def render_requirement(world: World, requirement: Requirement) -> Row:
    return {
        "id": requirement.id,
        "type": "requirement",
        "title": requirement.title,
        "source_type": requirement.source_type,
        "description": requirement.description,
        "details": requirement.details,
        "active": requirement.active,
        "global": requirement.is_global,
        "url": requirement.url,
        "files": requirement.files,
        "suites": [{"id": suite.id, "title": suite.title} for suite in _suites(world, requirement)],
        "created_at": zulu(requirement.created_at),
        "updated_at": zulu(requirement.updated_at),
    }
