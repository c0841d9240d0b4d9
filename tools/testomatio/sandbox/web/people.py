"""People of a project, with the numbers that identify them in the web API and in one filter of v2."""

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testomatio.sandbox.access import project
from tools.testomatio.sandbox.answers import not_found
from tools.testomatio.sandbox.people import User
from tools.testomatio.sandbox.web.json_api import Row, document, paged, resource
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()


@routes.get("/api/{p}/users")
async def list_users(call: Call[World]) -> Response:
    return paged(call, [call.world.users[number] for number in _members(call)], render_user)


@routes.get("/api/{p}/users/{user_id}")
async def get_user(call: Call[World]) -> Response:
    found = next((number for number in _members(call) if str(number) == call.params["user_id"]), None)
    if found is None:
        raise not_found("User")
    return document(render_user(call.world.users[found]))


def render_user(user: User) -> Row:
    return resource(
        "user",
        user.id,
        {
            "name": user.name,
            "email": user.email,
            "avatar": None,
            "avatar-url": f"https://avatars.example.test/{user.id}.png",
            "timezone": user.timezone,
        },
    )


def _members(call: Call[World]) -> list[int]:
    return [number for number in project(call).members if number in call.world.users]
