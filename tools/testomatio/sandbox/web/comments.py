"""Comments on tests, suites, runs and results.

No source gives their wire form; a comment is a document with a body and the id of what it is on.
"""

from dataclasses import dataclass

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testomatio.sandbox.access import caller, project
from tools.testomatio.sandbox.answers import answer, not_found, refuse
from tools.testomatio.sandbox.dates import precise
from tools.testomatio.sandbox.issue_links import check_target
from tools.testomatio.sandbox.project_records import Comment
from tools.testomatio.sandbox.requests import Fields, require, string
from tools.testomatio.sandbox.web.json_api import Row, document, paged, resource, written
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()

TARGETS = ("test_id", "suite_id", "run_id", "testrun_id")


@dataclass(frozen=True)
class Target:
    """What a comment is on: one of the four kinds, and its id."""

    name: str
    id: str

    def has(self, comment: Comment) -> bool:
        kept = getattr(comment, self.name)
        return kept is not None and str(kept) == self.id


@routes.get("/api/{p}/comments")
async def list_comments(call: Call[World]) -> Response:
    """Oldest first; those on one thing, or all of the project."""
    wanted = [Target(name, asked) for name in TARGETS if (asked := call.last(name))]
    rows = [comment for comment in call.world.comments.values() if comment.project == project(call).slug]
    return paged(call, [row for row in rows if all(target.has(row) for target in wanted)], lambda row: shown(call, row))


@routes.post("/api/{p}/comments")
async def create_comment(call: Call[World]) -> Response:
    world, slug = call.world, project(call).slug
    sent = written(call, "comment", snake=TARGETS).attributes
    require(sent, "body")
    target, now = _target(world, slug, sent), world.now()
    comment = Comment(next(world.comment_ids), slug, string(sent, "body") or "", caller(call).id, now, now)
    if target.name == "testrun_id":
        comment.testrun_id = int(target.id)
    else:
        setattr(comment, target.name, target.id)
    world.comments[comment.id] = comment
    return document(shown(call, comment))


@routes.patch("/api/{p}/comments/{comment_id}")
async def update_comment(call: Call[World]) -> Response:
    """Only the body changes; what a comment is on stays."""
    comment = _find(call)
    sent = written(call, "comment", snake=TARGETS).attributes
    require(sent, "body")
    comment.body, comment.updated_at = string(sent, "body") or "", call.world.now()
    return document(shown(call, comment))


@routes.delete("/api/{p}/comments/{comment_id}")
async def delete_comment(call: Call[World]) -> Response:
    del call.world.comments[_find(call).id]
    return answer({})


def shown(call: Call[World], comment: Comment) -> Row:
    author = call.world.users[comment.created_by]
    named = {name: getattr(comment, name) for name in TARGETS if getattr(comment, name) is not None}
    return resource(
        "comment",
        comment.id,
        {
            "body": comment.body,
            **named,
            "created-at": precise(comment.created_at),
            "created-by": {"id": str(author.id), "name": author.name, "email": author.email},
        },
    )


def _find(call: Call[World]) -> Comment:
    wanted, slug = call.params["comment_id"], project(call).slug
    for comment in call.world.comments.values():
        if str(comment.id) == wanted and comment.project == slug:
            return comment
    raise not_found("Comment")


def _target(world: World, slug: str, sent: Fields) -> Target:
    """What the new comment is on, which must be there; its id may be spelt with dashes as well."""
    named = [
        Target(name, str(sent[key])) for name in TARGETS for key in (name, name.replace("_", "-")) if sent.get(key)
    ]
    if len(named) != 1:
        raise refuse(400, f"exactly one of {', '.join(TARGETS)} is needed")
    check_target(world, slug, named[0].name.removesuffix("_id"), named[0].id)
    return named[0]
