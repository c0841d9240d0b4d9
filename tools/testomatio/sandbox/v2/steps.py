"""Steps and snippets: shared single steps and groups of steps, at two paths."""

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Handler, Routes
from tools.testomatio.sandbox import labelling
from tools.testomatio.sandbox.access import project
from tools.testomatio.sandbox.answers import created, no_content, not_found, v2_answer
from tools.testomatio.sandbox.records import Step
from tools.testomatio.sandbox.requests import Fields, assign, boolean, fields_of, require, strings_sent
from tools.testomatio.sandbox.v2.pages import Groups, Row, page_of
from tools.testomatio.sandbox.v2.scope import V2, find_record
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()

_GROUPS: Groups[Step] = {"kind": lambda step: step.kind}


def _add_routes(name: str, *, is_snippet: bool) -> None:
    """Add the five routes of one of the two kinds."""
    kind = name.removesuffix("s")

    async def list_steps(call: Call[World]) -> Response:
        world, slug = call.world, project(call).slug
        found = [step for step in world.steps.values() if step.project == slug and step.is_snippet == is_snippet]
        return page_of(call, found, lambda step: render_step(world, step), groups=_GROUPS)

    async def get_step(call: Call[World]) -> Response:
        return v2_answer(call, render_step(call.world, _find_step(call, is_snippet=is_snippet)))

    async def create_step(call: Call[World]) -> Response:
        world, sent = call.world, fields_of(call, kind)
        require(sent, "title")
        links = labelling.read_links(call, sent, "step")
        step = Step(next(world.step_ids), project(call).slug, "", is_snippet=is_snippet)
        step.is_snippet = is_snippet or boolean(sent, "is_snippet")
        _set_fields(step, sent)
        world.steps[step.id] = step
        labelling.apply_links(call, step, links, "step")
        return created(call, render_step(world, step))

    async def update_step(call: Call[World]) -> Response:
        step, sent = _find_step(call, is_snippet=is_snippet), fields_of(call, kind)
        if "title" in sent:
            require(sent, "title")
        links = labelling.read_links(call, sent, "step")
        _set_fields(step, sent)
        labelling.apply_links(call, step, links, "step")
        return v2_answer(call, render_step(call.world, step))

    async def delete_step(call: Call[World]) -> Response:
        del call.world.steps[_find_step(call, is_snippet=is_snippet).id]
        return no_content()

    table: list[tuple[str, str, Handler[World]]] = [
        ("GET", "", list_steps),
        ("POST", "", create_step),
        ("GET", "/{id:int}", get_step),
        ("PUT", "/{id:int}", update_step),
        ("PATCH", "/{id:int}", update_step),
        ("DELETE", "/{id:int}", delete_step),
    ]
    for method, below, handler in table:
        routes.route(method, f"{V2}/{name}{below}")(handler)


_add_routes("steps", is_snippet=False)
_add_routes("snippets", is_snippet=True)


def _set_fields(step: Step, sent: Fields) -> None:
    assign(step, strings_sent(sent, "title", "description"))


def _find_step(call: Call[World], *, is_snippet: bool) -> Step:
    what = "Snippet" if is_snippet else "Step"
    step = find_record(call, call.world.steps, call.number("id"), what)
    if step.is_snippet != is_snippet:
        raise not_found(what)
    return step


def render_step(world: World, step: Step) -> Row:
    return {
        "id": step.id,
        "type": "snippet" if step.is_snippet else "step",
        "title": step.title,
        "description": step.description,
        "is_snippet": step.is_snippet,
        "kind": step.kind,
        "usage_count": step.usage_count,
        "keywords": step.keywords,
        "labels": labelling.render_labels(world, step.labels),
    }
