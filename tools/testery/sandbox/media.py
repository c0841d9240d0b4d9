"""Media: screenshots and videos of failed tests, at signed URLs."""

from datetime import timedelta

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testery.sandbox.answers import store_problem
from tools.testery.sandbox.pictures import draw_screenshot
from tools.testery.sandbox.records import Outcome, Run
from tools.testery.sandbox.signing import reject_unsigned, signed_url
from tools.testery.sandbox.story.scripted import EXPIRED_SHOT, HTML_SHOT
from tools.testery.sandbox.world import World

media_routes: Routes[World] = Routes()
"""Routes of the file store, which is separate from the API and takes no token."""

MEDIA = "/testery/media"
VALID_FOR = timedelta(hours=1)
SIZE = (320, 200)
VIDEO = "video.webm"

_LOGIN = "<!doctype html><title>Log in</title><p>Your session is over. <a href='/login'>Log in</a> to see this picture."
_WEBM = (
    bytes.fromhex("1a45dfa3")
    + b"\x9f"
    + b"B\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm"
    + b"\0" * 64
)


def videos_of(outcome: Outcome) -> list[str]:
    """The name of a result's video, which browser tests have."""
    return [VIDEO] if outcome.case is not None and outcome.case.file.endswith(".ts") else []


def media_url(call: Call[World], run: Run, outcome: Outcome, name: str) -> str:
    """A signed URL; for one screenshot it has already expired."""
    at = call.clock.now() - (2 * VALID_FOR if name == EXPIRED_SHOT else timedelta())
    return signed_url(call, "GET", f"{MEDIA}/{run.id}/{outcome.id}/{name}", at, VALID_FOR)


@media_routes.get("/{run_id:int}/{result_id:int}/{name}")
async def get_media(call: Call[World]) -> Response:
    refused = reject_unsigned(call)
    if refused is not None:
        return refused
    name = call.params["name"]
    if call.number("run_id") not in call.world.runs:
        return store_problem(404, "NoSuchKey", "The specified key does not exist.")
    if name == VIDEO:
        return Response(_WEBM, media_type="video/webm")
    if name == HTML_SHOT:
        return Response(_LOGIN, media_type="text/html")
    return Response(draw_screenshot(*SIZE, call.number("result_id")), media_type="image/png")
