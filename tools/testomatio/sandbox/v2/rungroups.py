"""Rungroups: the tree of groups of runs."""

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testomatio.sandbox.access import project
from tools.testomatio.sandbox.answers import created, no_content, v2_answer
from tools.testomatio.sandbox.dates import zulu
from tools.testomatio.sandbox.records import Run, Rungroup, bare
from tools.testomatio.sandbox.requests import (
    Fields,
    assign,
    boolean,
    fields_of,
    is_on,
    objects,
    require,
    string,
    strings_sent,
)
from tools.testomatio.sandbox.v2.pages import Groups, Row, answer_count, page_and_size, page_meta, slim_rows
from tools.testomatio.sandbox.v2.scope import V2, check_move, find_record
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()

_GROUPS: Groups[Rungroup] = {"status": lambda group: group.status, "kind": lambda group: group.kind}


@routes.get(f"{V2}/rungroups")
async def list_rungroups(call: Call[World]) -> Response:
    """A page of root groups, newest first, with their descendants; with the switch `flat_rungroups`, only roots."""
    world = call.world
    own = [group for group in world.rungroups.values() if group.project == project(call).slug]
    if is_on(call, "count"):
        return answer_count(call, own, _GROUPS)
    roots = [group for group in reversed(own) if group.parent_id is None]
    page, per_page = page_and_size(call)
    rows = [render_group(world, group) for group in roots[per_page * (page - 1) :][:per_page]]
    if world.switches.flat_rungroups:
        rows = [row | {"children": []} for row in rows]
    return v2_answer(call, slim_rows(call, rows), meta=page_meta(call, len(roots)))


@routes.get(f"{V2}/rungroups/{{id}}")
async def get_rungroup(call: Call[World]) -> Response:
    return v2_answer(call, render_group(call.world, _find_group(call)))


@routes.post(f"{V2}/rungroups")
async def create_rungroup(call: Call[World]) -> Response:
    """Create a group, or a tree of groups with `children`."""
    sent = fields_of(call, "rungroup")
    _validate(sent)
    parent = _parent(call, sent)
    group = _create(call, sent, None if parent is None else parent.id)
    return created(call, render_group(call.world, group))


def _validate(sent: Fields) -> None:
    require(sent, "title")
    strings_sent(sent, "title", "description", "emoji", "kind", "status")
    boolean(sent, "pin")
    for child in objects(sent, "children"):
        _validate(child)


def _create(call: Call[World], sent: Fields, parent_id: str | None) -> Rungroup:
    world = call.world
    group = Rungroup(world.new_id(), project(call).slug, "", world.now(), world.now(), parent_id)
    _set_fields(group, sent)
    world.rungroups[group.id] = group
    for child in objects(sent, "children"):
        _create(call, child, group.id)
    return group


@routes.put(f"{V2}/rungroups/{{id}}")
@routes.patch(f"{V2}/rungroups/{{id}}")
async def update_rungroup(call: Call[World]) -> Response:
    world, group, sent = call.world, _find_group(call), fields_of(call, "rungroup")
    _validate({"title": group.title, **sent})
    if "parent_id" in sent:
        parent = _parent(call, sent)
        target = None if parent is None else parent.id
        check_move({one.id: one.parent_id for one in world.rungroups.values()}, group.id, target)
        group.parent_id = target
    _set_fields(group, sent)
    group.updated_at = world.now()
    return v2_answer(call, render_group(world, group))


@routes.delete(f"{V2}/rungroups/{{id}}")
async def delete_rungroup(call: Call[World]) -> Response:
    """Delete a group with its subgroups and runs."""
    call.world.drop_rungroup(_find_group(call))
    return no_content()


def _set_fields(group: Rungroup, sent: Fields) -> None:
    assign(group, strings_sent(sent, "description", "emoji"))
    group.title = string(sent, "title") or group.title
    group.kind = string(sent, "kind") or group.kind
    group.status = string(sent, "status") or group.status
    group.pin = boolean(sent, "pin", default=group.pin)


def _parent(call: Call[World], sent: Fields) -> Rungroup | None:
    parent_id = string(sent, "parent_id")
    return find_record(call, call.world.rungroups, parent_id, "Rungroup") if parent_id else None


def _find_group(call: Call[World]) -> Rungroup:
    return find_record(call, call.world.rungroups, str(call.params["id"]), "Rungroup")


def runs_below(world: World, group: Rungroup) -> list[Run]:
    """The runs of a group and its subgroups."""
    below = [run for child in world.subgroups(group) for run in runs_below(world, child)]
    return [*world.runs_in(group), *below]


def render_group(world: World, group: Rungroup) -> Row:
    runs = runs_below(world, group)
    return {
        "id": group.id,
        "type": "rungroup",
        "title": group.title,
        "clean_title": bare(group.title),
        "emoji": group.emoji,
        "description": group.description,
        "kind": group.kind,
        "status": group.status,
        "pin": group.pin,
        "runs_count": len(runs),
        "tests_count": sum(len(world.results.of_run(run.id)) for run in runs),
        "finished_at": zulu(group.finished_at),
        "archived_at": zulu(group.archived_at),
        "updated_at": zulu(group.updated_at),
        "parent_id": group.parent_id,
        "children": [render_group(world, child) for child in world.subgroups(group)],
    }
