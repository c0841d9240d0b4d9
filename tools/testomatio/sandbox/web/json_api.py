"""JSON:API: documents of the web API, their pages, and the required shape of writes."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from math import ceil
from typing import TypeVar

from starlette.responses import Response

from tools.kit.sandbox.routes import Call
from tools.testomatio.sandbox.answers import answer, refuse
from tools.testomatio.sandbox.requests import Fields, body, query_integer, string
from tools.testomatio.sandbox.world import World

T = TypeVar("T")

PER_PAGE = 50

Row = dict[str, object]


@dataclass(frozen=True)
class RequestDocument:
    """The document of a request: attributes by their dasherised names, and the ID of each relationship."""

    attributes: Fields
    related: Mapping[str, str]
    origin_id: str | None = None
    """The ID in the system that a migration copied it from; it is next to the attributes."""


def resource(type_: str, id_: str | int, attributes: Row, **related: object) -> Row:
    """A record; each relationship is the type and ID of another record, a list of these, or null."""
    render: Row = {"id": str(id_), "type": type_, "attributes": attributes}
    if related:
        render["relationships"] = {name.replace("_", "-"): {"data": data} for name, data in related.items()}
    return render


def linkage(type_: str, id_: str | int) -> Row:
    """The type and ID of a record, for a relationship."""
    return {"type": type_, "id": str(id_)}


def document(
    data: object, *, included: list[Row] | None = None, meta: Row | None = None, status: int = HTTPStatus.OK
) -> Response:
    whole_document: Row = {"data": data}
    if included is not None:
        whole_document["included"] = included
    if meta is not None:
        whole_document["meta"] = meta
    return answer(whole_document, status)


def paged(call: Call[World], rows: Sequence[T], render: Callable[[T], Row], *, per_page: int = PER_PAGE) -> Response:
    """A page of a list; a page after the last is empty, and an invalid page is the first."""
    page = max(query_integer(call.last("page"), 1), 1)
    meta: Row = {
        "num": len(rows),
        "total_pages": ceil(len(rows) / per_page),
        "page": page,
        "per_page": per_page,
        "rId": f"r{call.world.requests}",
    }
    return document([render(row) for row in rows[(page - 1) * per_page : page * per_page]], meta=meta)


def page_size(call: Call[World], cap: int) -> int:
    """The requested page size, up to a maximum."""
    return min(max(query_integer(call.last("per_page"), PER_PAGE), 1), cap)


def read_document(call: Call[World], type_: str, *, snake: Collection[str] = ()) -> RequestDocument:
    """The document of a write, whose type may be singular or plural; `snake` lists the keys in snake_case.

    Raises:
        Respond: 400 for any other shape, such as flat fields or other keys in snake_case.
    """
    data = body(call).get("data")
    if not isinstance(data, dict):
        raise refuse(400, "param is missing or the value is empty: data")
    if data.get("type") not in {type_, f"{type_}s"}:
        raise refuse(400, f"type is not {type_}s")
    attributes = data.get("attributes", {})
    if not isinstance(attributes, dict):
        raise refuse(400, "attributes is not an object")
    if odd := [name for name in attributes if "_" in name and name not in snake]:
        raise refuse(400, f"found unpermitted parameters: {', '.join(odd)}")
    return RequestDocument(attributes, _related(data.get("relationships", {})), string(data, "origin_id"))


def _related(sent: object) -> dict[str, str]:
    if not isinstance(sent, dict):
        raise refuse(400, "relationships is not an object")
    found = {}
    for name, relation in sent.items():
        data = relation.get("data") if isinstance(relation, dict) else None
        if not isinstance(data, dict) or not isinstance(data.get("id"), str | int):
            raise refuse(400, f"relationship {name} has no data with an id")
        found[str(name)] = str(data["id"])
    return found
