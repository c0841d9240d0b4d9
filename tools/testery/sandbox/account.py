"""Account: the account and user of a token, API tokens, and members."""

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testery.sandbox.answers import answer, bad_request, conflict, problem
from tools.testery.sandbox.authorization import bearer
from tools.testery.sandbox.requests import read_body
from tools.testery.sandbox.world import ACCOUNT_DISPLAY, ACCOUNT_ID, ACCOUNT_NAME, World

routes: Routes[World] = Routes()

ROLES = ("USER",)


@routes.get("/account")
async def get_account(call: Call[World]) -> Response:
    fields = {"id": ACCOUNT_ID, "name": ACCOUNT_NAME, "display": ACCOUNT_DISPLAY}
    if call.world.switches.sparse:
        del fields["display"]
    return answer(fields)


@routes.get("/users/me")
async def get_user(call: Call[World]) -> Response:
    """The user of a token; an account's key has none."""
    if bearer(call) == "account":
        return answer({"id": 1, "email": "API"} if call.world.switches.email_api else None)
    fields = {"id": 9120, "firstName": "Mara", "lastName": "Lindt", "email": "mara.lindt@shop.example.test"}
    if call.world.switches.sparse:
        fields = {"email": fields["email"]}
    return answer(fields)


@routes.post("/users/me/api-tokens")
async def create_token(call: Call[World]) -> Response:
    """Create a user's token; it takes the token of a fresh login, and a header that names the account."""
    account = call.request.headers.get("account")
    is_ambiguous = account is None and call.world.switches.several_accounts
    if bearer(call) != "login" or is_ambiguous or account not in (None, str(ACCOUNT_ID)):
        return problem(401)
    return answer({"token": f"pat_sandbox{next(call.world.token_ids):08d}"}, 201)


@routes.post("/user-roles")
async def add_member(call: Call[World]) -> Response:
    """Add a member to the account."""
    sent = read_body(call)
    email, role = sent.required("email"), sent.required("roleType")
    if role not in ROLES or "@" not in email:
        raise bad_request(call, "roleType is USER, and email is an address")
    if email.lower() in call.world.members:
        raise conflict()
    call.world.members[email.lower()] = role
    return answer({"email": email, "roleType": role, "accountId": ACCOUNT_ID}, 201)
