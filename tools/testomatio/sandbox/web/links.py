"""Links of tests and suites in the web API: labels with values, and issues of trackers.

Where the reference is silent: linking and unlinking return the label; a project has one Jira project.
"""

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testomatio.sandbox import issue_links, labelling
from tools.testomatio.sandbox.access import allow_labels, project
from tools.testomatio.sandbox.answers import answer, invalid
from tools.testomatio.sandbox.records import Label, Labelled, Suite, Test
from tools.testomatio.sandbox.requests import Fields, body, choice, string
from tools.testomatio.sandbox.v2 import labels
from tools.testomatio.sandbox.v2.scope import find_record, suite_of, test_of
from tools.testomatio.sandbox.web.json_api import Row, document, paged, read_document, resource
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()


@routes.get("/api/{p}/labels")
async def list_labels(call: Call[World]) -> Response:
    """The project's labels, optionally of a scope with `scope[]`."""
    scopes = set(call.all("scope[]"))
    own = [one for one in call.world.labels.values() if one.project == project(call).slug]
    own = [one for one in own if not scopes or scopes & set(one.scope)]
    return paged(call, sorted(own, key=lambda label: label.position), _render_label)


@routes.post("/api/{p}/labels")
async def create_label(call: Call[World]) -> Response:
    allow_labels(call)
    return document(_render_label(labels.create_from(call, read_document(call, "label").attributes)))


@routes.delete("/api/{p}/labels/{slug}")
async def delete_label(call: Call[World]) -> Response:
    allow_labels(call)
    call.world.drop_label(_find_label(call))
    return answer({})


@routes.post("/api/{p}/labels/{slug}/link")
async def link_label(call: Call[World]) -> Response:
    """Add a label to a test or suite, or remove it; the fields are in the query or in the body."""
    label, sent = _find_label(call), {**body(call), **dict(call.request.query_params)}
    event, record = choice(sent, "event", ("add", "remove"), "add"), _link_target(call, sent)
    values: list[str | None] = [value for value in (string(sent, "value") or "").split("|") if value] or [None]
    if event == "remove":
        removed = [one for one in record.labels if one.slug == label.slug and values in ([None], [one.value])]
        record.labels = [one for one in record.labels if one not in removed]
        return document(_render_label(label))
    for value in values:
        labelling.check_value(label, value or "")
    for value in values:
        if (label_value := Labelled(label.slug, value)) not in record.labels:
            record.labels.append(label_value)
    return document(_render_label(label))


@routes.get("/api/{p}/jira/projects")
async def list_jira_projects(call: Call[World]) -> Response:
    """The Jira project that the project's links refer to."""
    slug = project(call).slug
    keys = {one.jira_id.split("-")[0] for one in call.world.issues.values() if one.jira_id and one.project == slug}
    return paged(call, sorted(keys), lambda key: resource("jira-project", key, {"project-key": key, "title": key}))


@routes.post("/api/{p}/jira/issues")
async def link_jira_issue(call: Call[World]) -> Response:
    sent = {**body(call), **dict(call.request.query_params)}
    return _link_issue(call, sent, "jira", string(sent, "jira_id"))


@routes.post("/api/{p}/ims/issues/link")
async def link_issue(call: Call[World]) -> Response:
    sent = body(call)
    return _link_issue(call, sent, "issue", string(sent, "url"))


def _link_issue(call: Call[World], sent: Fields, kind: str, value: str | None) -> Response:
    """Link an issue to a test, once."""
    test, key = test_of(call, string(sent, "test_id") or ""), issue_links.normalized(kind, value or "")
    issue_links.add_or_remove(call, kind, key, None, "test", test.id, is_added=True)
    link = next(one for one in call.world.links_of("test", test.id) if key in {one.jira_id, one.url})
    return document(resource(link.type.replace("_", "-"), link.id, {"title": link.title, "url": link.url}))


def _link_target(call: Call[World], sent: Fields) -> Test | Suite:
    if test_id := string(sent, "test_id"):
        return test_of(call, test_id)
    if suite_id := string(sent, "suite_id"):
        return suite_of(call, suite_id)
    raise invalid("test_id or suite_id is required")


def _find_label(call: Call[World]) -> Label:
    return find_record(call, call.world.labels, str(call.params["slug"]), "Label")


def _render_label(label: Label) -> Row:
    names = ("title", "color", "scope", "visibility", "field", "position")
    return resource("label", label.slug, {name: getattr(label, name) for name in names})
