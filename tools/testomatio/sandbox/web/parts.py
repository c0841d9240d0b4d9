"""Parts that several records of the web API share: labels, issues, files and people."""

import re

from tools.testomatio.sandbox.people import User
from tools.testomatio.sandbox.project_records import Attachment
from tools.testomatio.sandbox.records import Labelled
from tools.testomatio.sandbox.v2.attachments import FILES
from tools.testomatio.sandbox.web.json_api import Row
from tools.testomatio.sandbox.world import World

_ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")


def label_texts(world: World, labelled: list[Labelled]) -> list[str]:
    """Labels as text: the title, followed by a colon and its value."""
    titles = [(world.labels[one.slug].title, one.value) for one in labelled]
    return [title if value is None else f"{title}:{value}" for title, value in titles]


def render_issues(world: World, resource_type: str, resource_id: str | int) -> Row:
    """The issues of a record: URLs, and separately the keys of Jira issues."""
    links = world.links_of(resource_type, resource_id)
    return {
        "issues": [link.url for link in links if link.type == "issue"],
        "jira-issues": [link.jira_id or link.title for link in links if link.type == "jira_issue"],
    }


def file_url(origin: str, file: Attachment) -> str:
    """The URL of a file."""
    return f"{origin}{FILES}/{file.id}/{file.name}"


def render_files(world: World, origin: str, resource_type: str, resource_id: str | int) -> list[Row]:
    """The files of a test or suite."""
    return [
        {
            "id": file.id,
            "name": file.name,
            "type": file.content_type,
            "url": file_url(origin, file),
            "displayUrl": file_url(origin, file),
            "preview": file.content_type.startswith("image/"),
        }
        for file in world.files_of(resource_type, resource_id)
    ]


def render_person(user: User | None) -> Row | None:
    return None if user is None else {"id": str(user.id), "name": user.name, "email": user.email}


def without_ansi(text: str | None) -> str | None:
    """A text without ANSI escape codes."""
    return None if text is None else _ANSI.sub("", text)
