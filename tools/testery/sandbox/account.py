"""Account: whose token it is, tokens for people, and who belongs to the account."""

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testery.sandbox.admission import bearer
from tools.testery.sandbox.answers import answer, bad_request, conflict, problem
from tools.testery.sandbox.requests import read
from tools.testery.sandbox.world import ACCOUNT_DISPLAY, ACCOUNT_ID, ACCOUNT_NAME, World

routes: Routes[World] = Routes()

ROLES = ("USER",)


@routes.get("/account")
async def get_account(call: Call[World]) -> Response:
    told = {"id": ACCOUNT_ID, "name": ACCOUNT_NAME, "display": ACCOUNT_DISPLAY}
    if call.world.switches.sparse:
        del told["display"]
    return answer(told)


@routes.get("/users/me")
async def get_user(call: Call[World]) -> Response:
    """The person behind a token; behind an account's key there is nobody."""
    if bearer(call) == "account":
        return answer({"id": 1, "email": "API"} if call.world.switches.email_api else None)
    told = {"id": 9120, "firstName": "Mara", "lastName": "Lindt", "email": "mara.lindt@shop.example.test"}
    if call.world.switches.sparse:
        told = {"email": told["email"]}
    return answer(told)


@routes.post("/users/me/api-tokens")
async def mint_token(call: Call[World]) -> Response:
    """A person's token, shown this once; only who has just logged in gets one, and says for which account."""
    account = call.request.headers.get("account")
    is_unclear = account is None and call.world.switches.several_accounts
    if bearer(call) != "login" or is_unclear or account not in (None, str(ACCOUNT_ID)):
        return problem(401)
    return answer({"token": f"pat_sandbox{next(call.world.token_ids):08d}"}, 201)


@routes.post("/user-roles")
async def add_member(call: Call[World]) -> Response:
    """Bring a person into the account."""
    sent = read(call)
    email, role = sent.required("email"), sent.required("roleType")
    if role not in ROLES or "@" not in email:
        raise bad_request(call, "roleType is USER, and email is an address")
    if email.lower() in call.world.members:
        raise conflict()
    call.world.members[email.lower()] = role
    return answer({"email": email, "roleType": role, "accountId": ACCOUNT_ID}, 201)
