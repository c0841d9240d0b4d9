"""Parts that several records of the web API have alike: labels, issues, files and people."""

import re

from tools.testomatio.sandbox.people import User
from tools.testomatio.sandbox.project_records import Attachment
from tools.testomatio.sandbox.records import Labelled
from tools.testomatio.sandbox.v2.attachments import FILES
from tools.testomatio.sandbox.web.json_api import Row
from tools.testomatio.sandbox.world import World

_ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")


def label_words(world: World, labelled: list[Labelled]) -> list[str]:
    """Labels as words: the title, with its value behind a colon."""
    titles = [(world.labels[one.slug].title, one.value) for one in labelled]
    return [title if value is None else f"{title}:{value}" for title, value in titles]


def issues(world: World, resource_type: str, resource_id: str | int) -> Row:
    """The issues on something: addresses, and apart from them the keys of Jira's."""
    links = world.links_of(resource_type, resource_id)
    return {
        "issues": [link.url for link in links if link.type == "issue"],
        "jira-issues": [link.jira_id or link.title for link in links if link.type == "jira_issue"],
    }


def files(world: World, resource_type: str, resource_id: str | int) -> list[Attachment]:
    wanted = (resource_type, resource_id)
    return [file for file in world.attachments.values() if (file.resource_type, file.resource_id) == wanted]


def file_address(origin: str, file: Attachment) -> str:
    """Where a file lies, beside the API."""
    return f"{origin}{FILES}/{file.id}/{file.name}"


def shown_files(world: World, origin: str, resource_type: str, resource_id: str | int) -> list[Row]:
    """Files on a test or a suite."""
    return [
        {
            "id": file.id,
            "name": file.name,
            "type": file.content_type,
            "url": file_address(origin, file),
            "displayUrl": file_address(origin, file),
            "preview": file.content_type.startswith("image/"),
        }
        for file in files(world, resource_type, resource_id)
    ]


def person(user: User | None) -> Row | None:
    return None if user is None else {"id": str(user.id), "name": user.name, "email": user.email}


def plain(text: str | None) -> str | None:
    """A text without the colours of a terminal."""
    return None if text is None else _ANSI.sub("", text)
