"""Templates of descriptions, one default for each kind.

Where the reference is silent: a new default takes the place of the old one, and a kind without a default is 404.
"""

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testomatio.sandbox.access import project
from tools.testomatio.sandbox.answers import answer, not_found
from tools.testomatio.sandbox.project_records import Template
from tools.testomatio.sandbox.requests import Fields, boolean, require, string, strings
from tools.testomatio.sandbox.web.json_api import Row, document, paged, resource, written
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()

SNAKE = ("defect_title",)


@routes.get("/api/{p}/templates")
async def list_templates(call: Call[World]) -> Response:
    """Those of a kind, or all when the kind has none."""
    rows = _of(call)
    of_kind = [row for row in rows if row.kind == call.last("kind")]
    return paged(call, of_kind or rows, lambda row: shown(call, row))


@routes.get("/api/{p}/templates/kind/{kind}")
async def get_default_template(call: Call[World]) -> Response:
    found = next((row for row in _of(call) if row.kind == call.params["kind"] and row.is_default), None)
    if found is None:
        raise not_found("Template")
    return document(shown(call, found))


@routes.get("/api/{p}/templates/{template_id}")
async def get_template(call: Call[World]) -> Response:
    return document(shown(call, _find(call)))


@routes.post("/api/{p}/templates")
async def create_template(call: Call[World]) -> Response:
    world, sent = call.world, written(call, "template", snake=SNAKE).attributes
    require(sent, "title", "kind")
    kept = Template(next(world.template_ids), project(call).slug, "", "", "")
    _change(kept, sent)
    world.templates[kept.id] = kept
    _settle_default(call, kept)
    return document(shown(call, kept))


@routes.put("/api/{p}/templates/{template_id}")
async def update_template(call: Call[World]) -> Response:
    kept, sent = _find(call), written(call, "template", snake=SNAKE).attributes
    require({"title": kept.title, "kind": kept.kind, **sent}, "title", "kind")
    _change(kept, sent)
    _settle_default(call, kept)
    return document(shown(call, kept))


@routes.delete("/api/{p}/templates/{template_id}")
async def delete_template(call: Call[World]) -> Response:
    """Tests that were written from it stay as they are."""
    kept = _find(call)
    del call.world.templates[kept.id]
    for test in call.world.tests.of(kept.project):
        if test.template_id == kept.id:
            test.template_id = None
    return answer({})


def shown(call: Call[World], kept: Template) -> Row:
    """A template; `document` is its text filled in for the test that the query names, and null without one."""
    test = call.world.tests.get(call.last("test_id") or "")
    filled = None if test is None or test.project != kept.project else kept.body.replace("{{title}}", test.title)
    return resource(
        "template",
        kept.id,
        {
            "title": kept.title,
            "kind": kept.kind,
            "body": kept.body,
            "is-default": kept.is_default,
            "framework": kept.framework,
            "lang": kept.lang,
            "defect_title": kept.defect_title,
            "tags": kept.tags,
            "document": filled,
        },
    )


def _of(call: Call[World]) -> list[Template]:
    slug = project(call).slug
    return [kept for kept in call.world.templates.values() if kept.project == slug]


def _find(call: Call[World]) -> Template:
    found = next((kept for kept in _of(call) if str(kept.id) == call.params["template_id"]), None)
    if found is None:
        raise not_found("Template")
    return found


def _change(kept: Template, sent: Fields) -> None:
    for name in ("title", "kind", "body"):
        if name in sent:
            setattr(kept, name, string(sent, name) or "")
    for name in ("framework", "lang", "defect_title"):
        if name in sent:
            setattr(kept, name, string(sent, name))
    kept.is_default = boolean(sent, "is-default", default=kept.is_default)
    kept.tags = strings(sent, "tags") if "tags" in sent else kept.tags


def _settle_default(call: Call[World], newest: Template) -> None:
    for kept in _of(call):
        if newest.is_default and kept.kind == newest.kind and kept is not newest:
            kept.is_default = False
