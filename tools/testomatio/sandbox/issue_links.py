"""Issue links: issues of trackers on tests, suites, runs, results and plans."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from tools.kit.sandbox.routes import Call
from tools.testomatio.sandbox import access
from tools.testomatio.sandbox.answers import invalid, not_found
from tools.testomatio.sandbox.project_records import IssueLink
from tools.testomatio.sandbox.records import Plan, Run, Suite, Test
from tools.testomatio.sandbox.world import World

JIRA = "https://jira.example.test/browse/"
_KEY = re.compile(r"[A-Z][A-Z0-9_]*-[0-9]+")
_SOURCES = ("github", "gitlab", "linear", "azure", "youtrack", "trello", "clickup")


def add_or_remove(
    call: Call[World],
    kind: str,
    value: str,
    number: int | None,
    resource_type: str,
    resource_id: str | int,
    *,
    is_added: bool,
) -> None:
    """Link an issue by its URL or a Jira issue by its key, or remove such a link."""
    world, link_type = call.world, "jira_issue" if kind == "jira" else "issue"
    existing = [one for one in world.links_of(resource_type, resource_id) if one.type == link_type]
    named = [one for one in existing if one.id == number or (value and value in {one.url, one.jira_id})]
    if is_added and not named:
        store(world, new_link(world, access.project(call).slug, kind, value, resource_type, resource_id))
    elif not is_added:
        for one in named:
            del world.issues[one.type, one.id]


def normalized(kind: str, value: str) -> str:
    """A key or URL in the form that links store.

    Raises:
        Respond: 422 when it is not valid.
    """
    if kind == "jira":
        key = value.strip().upper()
        if not _KEY.fullmatch(key):
            raise invalid("Jira issue is invalid")
        return key
    try:
        parts = urlsplit(value.strip())
    except ValueError as error:
        raise invalid("Url is invalid") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise invalid("Url is invalid")
    return value.strip()


def new_link(
    world: World, project: str, kind: str, value: str, resource_type: str, resource_id: str | int
) -> IssueLink:
    """A new link to a valid key or URL, not stored yet."""
    if kind == "jira":
        return jira_link(next(world.issue_ids["jira_issue"]), project, value, resource_type, resource_id)
    parts = urlsplit(value)
    host = parts.hostname or ""
    source = next((name for name in _SOURCES if name in host), "link")
    title = "/".join(parts.path.strip("/").split("/")[-2:]) or host
    return IssueLink(next(world.issue_ids["issue"]), project, "issue", title, value, source, resource_type, resource_id)


def jira_link(number: int, project: str, key: str, resource_type: str, resource_id: str | int) -> IssueLink:
    """A link to a Jira issue."""
    return IssueLink(number, project, "jira_issue", key, JIRA + key, "jira", resource_type, resource_id, key)


def store(world: World, one: IssueLink) -> IssueLink:
    world.issues[one.type, one.id] = one
    return one


def check_target(world: World, project: str, resource_type: str, resource_id: str) -> str | int:
    """The ID of an existing record in a project, in the form that links store.

    Raises:
        Respond: 404 when the project has no such record.
    """
    if resource_type == "testrun":
        result = world.results.get(int(resource_id)) if resource_id.isdecimal() and len(resource_id) < 16 else None
        if result is None or result.project != project:
            raise not_found("Testrun")
        return result.id
    shelves: dict[str, Callable[[str], Test | Suite | Run | Plan | None]] = {
        "test": world.tests.main.get,
        "suite": world.suites.main.get,
        "run": world.runs.get,
        "plan": world.plans.get,
    }
    found = shelves[resource_type](resource_id)
    if found is None or found.project != project:
        raise not_found(resource_type.capitalize())
    return found.id
