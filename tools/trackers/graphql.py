"""GraphQL: a document with its variables, and failures that come with a status of success."""

from typing import Any

from tools.trackers.client import TrackerClient
from tools.trackers.tracker import Send, at, rows


def body_of(document: str, **variables: Any) -> dict[str, Any]:
    """What is sent; values go into variables only, so that none is read as part of the document."""
    return {"query": " ".join(document.split()), "variables": variables}


async def ask(api: TrackerClient, where: str, document: str, **variables: Any) -> Any:
    """Read: the data of a query."""
    return at(await api.look(where, method="POST", body=body_of(document, **variables)), "data")


def mutation(where: str, document: str, **variables: Any) -> Send:
    """The request of a mutation."""
    return Send("POST", where, body_of(document, **variables))


def errors_of(answer: Any) -> list[dict[str, Any]]:
    """The errors of an answer without data; with data, errors concern a part of it, and what was done is done."""
    data = at(answer, "data")
    has_data = isinstance(data, dict) and any(value is not None for value in data.values())
    return [] if has_data else rows(answer, "errors")
