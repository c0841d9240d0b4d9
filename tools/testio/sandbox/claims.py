"""Access claims: pages of test accounts for testers; the credentials of an account are write-only."""

from datetime import timedelta
from hashlib import sha256
from http import HTTPStatus

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testio.sandbox.answers import answer, invalid, refuse
from tools.testio.sandbox.dates import zulu
from tools.testio.sandbox.records import ClaimPage
from tools.testio.sandbox.requests import body, integer, is_address, missing, no_such_value, objects, require, string
from tools.testio.sandbox.world import World

routes: Routes[World] = Routes()

BASE = "https://claims.example.test"
DAYS = (1, 2, 7, 14, 30, 90, 180, 365)


@routes.get("/access_claims")
async def list_pages(call: Call[World]) -> Response:
    _only_enabled(call)
    pages = [
        {"id": page.id, "page_url": page.page_url, "name": page.name, "intro": page.intro}
        for page in call.world.claim_pages.values()
    ]
    return answer(call, {"access_claim_pages": pages, "meta": {"base_path": BASE}})


@routes.post("/access_claims")
async def create_page(call: Call[World]) -> Response:
    """A bare object, with only the IDs of the accounts."""
    _only_enabled(call)
    world, sent = call.world, body(call)
    entries = objects(sent, "access_entries")
    require(sent, "name", "expiration_period")
    if not entries:
        raise missing(["access_entries"])
    absent = [place for place, entry in enumerate(entries) if not string(entry, "credentials")]
    if absent:
        raise missing([f"access_entries[{place}][credentials]" for place in absent])
    days = integer(sent["expiration_period"], "expiration_period")
    if days not in DAYS:
        raise no_such_value("expiration_period")
    name, intro, test = string(sent, "name") or "", string(sent, "intro"), string(sent, "test_cycle_url")
    if test and not is_address(test):
        raise invalid("Test cycle url must be an address")

    number = next(world.claim_page_ids)
    token = sha256(f"claims {number}".encode()).hexdigest()[:20]
    page = world.claim_pages[number] = ClaimPage(number, name, intro, f"{BASE}/{token}")
    data = {
        "id": number,
        "token": token,
        "page_url": page.page_url,
        "name": name,
        "expires_at": zulu(world.now() + timedelta(days=days)),
        "access_entries": [{"id": next(world.claim_entry_ids)} for _ in entries],
    }
    return answer(call, data, HTTPStatus.CREATED)


def _only_enabled(call: Call[World]) -> None:
    if call.world.switches.without_access_claims:
        raise refuse(403, "Access Claims are not enabled for this account")
