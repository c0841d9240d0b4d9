"""Templates of descriptions, one default for each kind.

Where the reference is silent: a new default replaces the old one, and a kind without a default is 404.
"""

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testomatio.sandbox.access import project
from tools.testomatio.sandbox.answers import answer, not_found
from tools.testomatio.sandbox.project_records import Template
from tools.testomatio.sandbox.requests import Fields, boolean, require, string, strings
from tools.testomatio.sandbox.web.json_api import Row, document, paged, read_document, resource
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()

SNAKE = ("defect_title",)


@routes.get("/api/{p}/templates")
async def list_templates(call: Call[World]) -> Response:
    """Templates of a kind, or all when the kind has none."""
    rows = _templates_of(call)
    of_kind = [row for row in rows if row.kind == call.last("kind")]
    return paged(call, of_kind or rows, lambda row: render_template(call, row))


@routes.get("/api/{p}/templates/kind/{kind}")
async def get_default_template(call: Call[World]) -> Response:
    found = next((row for row in _templates_of(call) if row.kind == call.params["kind"] and row.is_default), None)
    if found is None:
        raise not_found("Template")
    return document(render_template(call, found))


@routes.get("/api/{p}/templates/{template_id}")
async def get_template(call: Call[World]) -> Response:
    return document(render_template(call, _find_template(call)))


@routes.post("/api/{p}/templates")
async def create_template(call: Call[World]) -> Response:
    world, sent = call.world, read_document(call, "template", snake=SNAKE).attributes
    require(sent, "title", "kind")
    template = Template(next(world.template_ids), project(call).slug, "", "", "")
    _set_fields(template, sent)
    world.templates[template.id] = template
    _replace_default(call, template)
    return document(render_template(call, template))


@routes.put("/api/{p}/templates/{template_id}")
async def update_template(call: Call[World]) -> Response:
    template, sent = _find_template(call), read_document(call, "template", snake=SNAKE).attributes
    require({"title": template.title, "kind": template.kind, **sent}, "title", "kind")
    _set_fields(template, sent)
    _replace_default(call, template)
    return document(render_template(call, template))


@routes.delete("/api/{p}/templates/{template_id}")
async def delete_template(call: Call[World]) -> Response:
    """Delete a template; tests created from it do not change."""
    template = _find_template(call)
    del call.world.templates[template.id]
    for test in call.world.tests.of(template.project):
        if test.template_id == template.id:
            test.template_id = None
    return answer({})


def render_template(call: Call[World], template: Template) -> Row:
    """A template; `document` is its text filled in for the test in the query, or null without one."""
    test = call.world.tests.get(call.last("test_id") or "")
    filled = (
        None if test is None or test.project != template.project else template.body.replace("{{title}}", test.title)
    )
    return resource(
        "template",
        template.id,
        {
            "title": template.title,
            "kind": template.kind,
            "body": template.body,
            "is-default": template.is_default,
            "framework": template.framework,
            "lang": template.lang,
            "defect_title": template.defect_title,
            "tags": template.tags,
            "document": filled,
        },
    )


def _templates_of(call: Call[World]) -> list[Template]:
    slug = project(call).slug
    return [template for template in call.world.templates.values() if template.project == slug]


def _find_template(call: Call[World]) -> Template:
    found = next((template for template in _templates_of(call) if str(template.id) == call.params["template_id"]), None)
    if found is None:
        raise not_found("Template")
    return found


def _set_fields(template: Template, sent: Fields) -> None:
    for name in ("title", "kind", "body"):
        if name in sent:
            setattr(template, name, string(sent, name) or "")
    for name in ("framework", "lang", "defect_title"):
        if name in sent:
            setattr(template, name, string(sent, name))
    template.is_default = boolean(sent, "is-default", default=template.is_default)
    template.tags = strings(sent, "tags") if "tags" in sent else template.tags


def _replace_default(call: Call[World], newest: Template) -> None:
    for template in _templates_of(call):
        if newest.is_default and template.kind == newest.kind and template is not newest:
            template.is_default = False
