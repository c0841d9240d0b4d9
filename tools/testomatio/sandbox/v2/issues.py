"""Issues: links to trackers, of a project or of one record in it."""

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testomatio.sandbox import issue_links
from tools.testomatio.sandbox.access import project
from tools.testomatio.sandbox.answers import created, invalid, no_content
from tools.testomatio.sandbox.project_records import IssueLink
from tools.testomatio.sandbox.requests import fields_of, string
from tools.testomatio.sandbox.v2.pages import Groups, Row, page_of
from tools.testomatio.sandbox.v2.scope import V2, owned
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()

TARGETS = ("test", "suite", "run", "testrun", "plan")
_GROUPS: Groups[IssueLink] = {
    "type": lambda link: link.type,
    "source": lambda link: link.source,
    "resource_type": lambda link: link.resource_type,
}


@routes.get(f"{V2}/issues")
async def list_issues(call: Call[World]) -> Response:
    own = [link for link in call.world.issues.values() if link.project == project(call).slug]
    if target := _target(call):
        own = [link for link in own if (link.resource_type, link.resource_id) == target]
    if source := call.last("source"):
        own = [link for link in own if link.source == source]
    return page_of(call, own, render_link, groups=_GROUPS)


@routes.post(f"{V2}/issues")
async def create_issue(call: Call[World]) -> Response:
    """The target is in the query, the issue in the body."""
    world, target, sent = call.world, _target(call), fields_of(call, "issue")
    if target is None:
        raise invalid(f"Exactly one of {', '.join(f'{name}_id' for name in TARGETS)} is required")
    url, jira_id = string(sent, "url"), string(sent, "jira_id")
    if bool(url) == bool(jira_id):
        raise invalid("Exactly one of url, jira_id is required")
    kind, value = ("jira", jira_id) if jira_id else ("issue", url)
    link = issue_links.new_link(world, project(call).slug, kind, issue_links.normalized(kind, value or ""), *target)
    if any(link.url == one.url and link.type == one.type for one in world.links_of(*target)):
        raise invalid("Issue is already linked")
    return created(call, render_link(issue_links.store(world, link)))


@routes.delete(f"{V2}/issues/{{id:int}}")
async def delete_issue(call: Call[World]) -> Response:
    """The type is required, because the two types are numbered separately."""
    kind = call.last("type")
    if kind not in {"issue", "jira_issue"}:
        raise invalid("type is one of issue, jira_issue")
    link = owned(call, call.world.issues.get((kind, call.number("id"))), "Issue")
    del call.world.issues[link.type, link.id]
    return no_content()


def _target(call: Call[World]) -> tuple[str, str | int] | None:
    """The target in the query, if any."""
    targets = [(name, value) for name in TARGETS if (value := call.last(f"{name}_id"))]
    if not targets:
        return None
    if len(targets) > 1:
        raise invalid(f"At most one of {', '.join(f'{name}_id' for name in TARGETS)} may be sent")
    resource_type, resource_id = targets[0]
    return resource_type, issue_links.check_target(call.world, project(call).slug, resource_type, resource_id)


def render_link(link: IssueLink) -> Row:
    data: Row = {
        "id": link.id,
        "type": link.type,
        "title": link.title,
        "url": link.url,
        "source": link.source,
        "resource_type": link.resource_type,
        "resource_id": link.resource_id,
    }
    return data | {"jira_id": link.jira_id, "synced": link.synced} if link.type == "jira_issue" else data
