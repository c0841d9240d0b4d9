"""Branches: changes to tests and suites that are separate from main."""

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testomatio.sandbox.access import caller, project
from tools.testomatio.sandbox.answers import created, no_content, v2_answer
from tools.testomatio.sandbox.project_records import Branch
from tools.testomatio.sandbox.requests import fields_of, require, string
from tools.testomatio.sandbox.v2.pages import Groups, Row, page_of
from tools.testomatio.sandbox.v2.scope import V2, find_record, require_feature
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()

_GROUPS: Groups[Branch] = {"state": lambda branch: branch.state}


@routes.get(f"{V2}/branches")
async def list_branches(call: Call[World]) -> Response:
    _allow(call)
    world = call.world
    found = [branch for branch in world.branches.values() if branch.project == project(call).slug]
    if state := call.last("filter[state]"):
        found = [branch for branch in found if branch.state == state]
    if title := call.last("filter[title]"):
        found = [branch for branch in found if title.lower() in branch.title.lower()]
    return page_of(call, found, lambda branch: render_branch(world, branch), groups=_GROUPS)


@routes.get(f"{V2}/branches/{{slug}}")
async def get_branch(call: Call[World]) -> Response:
    return v2_answer(call, render_branch(call.world, _find_branch(call)))


@routes.post(f"{V2}/branches")
async def create_branch(call: Call[World]) -> Response:
    _allow(call)
    world, sent = call.world, fields_of(call, "branch")
    require(sent, "title")
    title = string(sent, "title") or ""
    branch = Branch(world.new_slug(title), project(call).slug, title, world.now(), created_by=caller(call).email)
    world.branches[branch.slug] = branch
    return created(call, render_branch(world, branch))


@routes.put(f"{V2}/branches/{{slug}}")
@routes.patch(f"{V2}/branches/{{slug}}")
async def rename_branch(call: Call[World]) -> Response:
    """Rename a branch; its slug does not change."""
    branch, sent = _find_branch(call), fields_of(call, "branch")
    require(sent, "title")
    branch.title = string(sent, "title") or branch.title
    return v2_answer(call, render_branch(call.world, branch))


@routes.delete(f"{V2}/branches/{{slug}}")
async def delete_branch(call: Call[World]) -> Response:
    """Delete a branch with the records that only it has."""
    call.world.drop_branch(_find_branch(call))
    return no_content()


def _allow(call: Call[World]) -> None:
    require_feature(call, "branches", is_off=call.world.switches.without_branches)


def _find_branch(call: Call[World]) -> Branch:
    _allow(call)
    return find_record(call, call.world.branches, str(call.params["slug"]), "Branch")


def render_branch(world: World, branch: Branch) -> Row:
    return {
        "slug": branch.slug,
        "title": branch.title,
        "state": branch.state,
        "tests_count": world.tests.count_of(branch.slug),
        "suites_count": world.suites.count_of(branch.slug),
    }
