"""Uploads of the web API: one file for a test or result, as the vendor's own programs attach files."""

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testomatio.sandbox import issue_links
from tools.testomatio.sandbox.access import project
from tools.testomatio.sandbox.answers import answer
from tools.testomatio.sandbox.v2 import attachments
from tools.testomatio.sandbox.web.parts import file_url
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()


@routes.post("/api/{p}/tests/{id}/attachment")
async def attach_to_test(call: Call[World]) -> Response:
    return _attach(call, "test")


@routes.post("/api/{p}/testruns/{id}/attachment")
async def attach_to_result(call: Call[World]) -> Response:
    return _attach(call, "testrun")


def _attach(call: Call[World], kind: str) -> Response:
    """Store the file in the field `file`, and return only its URL."""
    target = issue_links.check_target(call.world, project(call).slug, kind, str(call.params["id"]))
    attachment = attachments.store_attachment(call, kind, target, fields={"file"})
    return answer({"url": file_url(call.origin, attachment)})
