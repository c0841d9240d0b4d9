"""Labels and their custom fields; only owners and managers may change them."""

import re

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testomatio.sandbox import labelling
from tools.testomatio.sandbox.access import allow_labels, project
from tools.testomatio.sandbox.answers import created, invalid, no_content, v2_answer
from tools.testomatio.sandbox.records import Label
from tools.testomatio.sandbox.requests import Fields, boolean, choice, fields_of, require, string, strings
from tools.testomatio.sandbox.v2.pages import Groups, Row, page_of
from tools.testomatio.sandbox.v2.scope import V2, find_record
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()

SCOPES = ("tests", "suites", "runs", "plans", "steps", "templates")
VISIBILITIES = ("filter", "list")
FIELD_TYPES = ("list", "string", "number")
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_GROUPS: Groups[Label] = {"scope": lambda label: label.scope, "visibility": lambda label: label.visibility}


@routes.get(f"{V2}/labels")
async def list_labels(call: Call[World]) -> Response:
    own = [label for label in call.world.labels.values() if label.project == project(call).slug]
    return page_of(call, sorted(own, key=lambda label: label.position), render_label, groups=_GROUPS)


@routes.get(f"{V2}/labels/{{slug}}")
async def get_label(call: Call[World]) -> Response:
    return v2_answer(call, render_label(_find_label(call)))


@routes.post(f"{V2}/labels")
async def create_label(call: Call[World]) -> Response:
    allow_labels(call)
    return created(call, render_label(create_from(call, fields_of(call, "label"))))


def create_from(call: Call[World], sent: Fields) -> Label:
    """Create a label with a unique title."""
    world = call.world
    require(sent, "title")
    if labelling.find_label(world, project(call).slug, string(sent, "title") or "") is not None:
        raise invalid("Title has already been taken")
    label = Label("", project(call).slug, "", position=1 + len(world.labels))
    _set_fields(label, sent)
    label.slug = world.new_slug(label.title)
    return world.labels.setdefault(label.slug, label)


@routes.put(f"{V2}/labels/{{slug}}")
@routes.patch(f"{V2}/labels/{{slug}}")
async def update_label(call: Call[World]) -> Response:
    """Update a label; a new title does not change the slug."""
    allow_labels(call)
    label, sent = _find_label(call), fields_of(call, "label")
    if "title" in sent:
        require(sent, "title")
    _set_fields(label, sent)
    return v2_answer(call, render_label(label))


@routes.delete(f"{V2}/labels/{{slug}}")
async def delete_label(call: Call[World]) -> Response:
    """Delete a label and remove it from all records."""
    allow_labels(call)
    call.world.drop_label(_find_label(call))
    return no_content()


def _set_fields(label: Label, sent: Fields) -> None:
    color = string(sent, "color")
    if color and not _COLOR.fullmatch(color):
        raise invalid("Color is invalid")
    visibility = _choices(sent, "visibility", VISIBILITIES, label.visibility)
    scope = _choices(sent, "scope", SCOPES, label.scope)
    field = _field(sent) if "field" in sent else label.field
    label.title = string(sent, "title") or label.title
    label.color = color if "color" in sent else label.color
    label.visibility, label.scope, label.field = visibility, scope, field


def _choices(sent: Fields, name: str, allowed: tuple[str, ...], default: list[str]) -> list[str]:
    if name not in sent:
        return default
    chosen = [str(sent[name])] if isinstance(sent[name], str) else strings(sent, name)
    if set(chosen) - set(allowed):
        raise invalid(f"{name} is not included in the list: {', '.join(allowed)}")
    return chosen


def _field(sent: Fields) -> dict[str, object] | None:
    field = sent["field"]
    if field is None:
        return None
    if not isinstance(field, dict):
        raise invalid("field is not an object")
    kind = choice(field, "type", FIELD_TYPES, "string")
    value = string(field, "value")
    if kind == "list" and not value:
        raise invalid("A list needs its options in value, one per line")
    return {"type": kind, "short": boolean(field, "short"), "value": value}


def _find_label(call: Call[World]) -> Label:
    return find_record(call, call.world.labels, str(call.params["slug"]), "Label")


def render_label(label: Label) -> Row:
    return labelling.render_label(label) | {"scope": label.scope, "field": label.field}
