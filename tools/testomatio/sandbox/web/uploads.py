"""Uploads of the web API: one file on a test or a result, the way the vendor's own programs attach files."""

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testomatio.sandbox import issue_links
from tools.testomatio.sandbox.access import project
from tools.testomatio.sandbox.answers import answer
from tools.testomatio.sandbox.v2 import attachments
from tools.testomatio.sandbox.web.parts import file_address
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()


@routes.post("/api/{p}/tests/{id}/attachment")
async def attach_to_test(call: Call[World]) -> Response:
    return _attached(call, "test")


@routes.post("/api/{p}/testruns/{id}/attachment")
async def attach_to_result(call: Call[World]) -> Response:
    return _attached(call, "testrun")


def _attached(call: Call[World], kind: str) -> Response:
    """Keep the file in the field `file`, and tell its address and nothing else."""
    target = issue_links.check_target(call.world, project(call).slug, kind, str(call.params["id"]))
    one = attachments.kept(call, kind, target, fields={"file"})
    return answer({"url": file_address(call.origin, one)})
