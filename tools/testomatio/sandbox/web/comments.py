"""Comments on tests, suites, runs and results.

Their format is not documented; here a comment is a document with a body and the ID of its target.
"""

from dataclasses import dataclass

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testomatio.sandbox.access import caller, project
from tools.testomatio.sandbox.answers import answer, refuse
from tools.testomatio.sandbox.dates import precise
from tools.testomatio.sandbox.issue_links import check_target
from tools.testomatio.sandbox.project_records import Comment
from tools.testomatio.sandbox.requests import Fields, require, string
from tools.testomatio.sandbox.v2.scope import owned
from tools.testomatio.sandbox.web.json_api import Row, document, paged, read_document, resource
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()

TARGETS = ("test_id", "suite_id", "run_id", "testrun_id")


@dataclass(frozen=True)
class Target:
    """The target of a comment: one of the four kinds, and its ID."""

    name: str
    id: str

    def has(self, comment: Comment) -> bool:
        current_id = getattr(comment, self.name)
        return current_id is not None and str(current_id) == self.id


@routes.get("/api/{p}/comments")
async def list_comments(call: Call[World]) -> Response:
    """Oldest first; of one target, or of the whole project."""
    targets = [Target(name, target_id) for name in TARGETS if (target_id := call.last(name))]
    rows = [comment for comment in call.world.comments.values() if comment.project == project(call).slug]
    return paged(
        call, [row for row in rows if all(target.has(row) for target in targets)], lambda row: render_comment(call, row)
    )


@routes.post("/api/{p}/comments")
async def create_comment(call: Call[World]) -> Response:
    world, slug = call.world, project(call).slug
    sent = read_document(call, "comment", snake=TARGETS).attributes
    require(sent, "body")
    target, now = _read_target(world, slug, sent), world.now()
    comment = Comment(next(world.comment_ids), slug, string(sent, "body") or "", caller(call).id, now, now)
    if target.name == "testrun_id":
        comment.testrun_id = int(target.id)
    else:
        setattr(comment, target.name, target.id)
    world.comments[comment.id] = comment
    return document(render_comment(call, comment))


@routes.patch("/api/{p}/comments/{comment_id}")
async def update_comment(call: Call[World]) -> Response:
    """Change the body of a comment; its target does not change."""
    comment = _find_comment(call)
    sent = read_document(call, "comment", snake=TARGETS).attributes
    require(sent, "body")
    comment.body, comment.updated_at = string(sent, "body") or "", call.world.now()
    return document(render_comment(call, comment))


@routes.delete("/api/{p}/comments/{comment_id}")
async def delete_comment(call: Call[World]) -> Response:
    del call.world.comments[_find_comment(call).id]
    return answer({})


def render_comment(call: Call[World], comment: Comment) -> Row:
    author = call.world.users[comment.created_by]
    targets = {name: getattr(comment, name) for name in TARGETS if getattr(comment, name) is not None}
    return resource(
        "comment",
        comment.id,
        {
            "body": comment.body,
            **targets,
            "created-at": precise(comment.created_at),
            "created-by": {"id": str(author.id), "name": author.name, "email": author.email},
        },
    )


def _find_comment(call: Call[World]) -> Comment:
    named = (one for one in call.world.comments.values() if str(one.id) == call.params["comment_id"])
    return owned(call, next(named, None), "Comment")


def _read_target(world: World, slug: str, sent: Fields) -> Target:
    """The target of a new comment, which must exist; its key may have a dash or an underscore."""
    targets = [
        Target(name, str(sent[key])) for name in TARGETS for key in (name, name.replace("_", "-")) if sent.get(key)
    ]
    if len(targets) != 1:
        raise refuse(400, f"exactly one of {', '.join(TARGETS)} is needed")
    check_target(world, slug, targets[0].name.removesuffix("_id"), targets[0].id)
    return targets[0]
