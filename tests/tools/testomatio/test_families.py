"""Four families on one host: which credential goes where, and how a login is kept, shared and renewed."""

import re
from functools import partial
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from tests.tools.kit.wire import Answer, Wire, says
from tools.kit.errors import Invalid, OutcomeUnknown, Refused, Unauthorized
from tools.kit.network import Account, Network
from tools.kit.together import gather
from tools.testomatio.client.credentials import EMAIL, PASSWORD, PROJECT, TOKEN
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.documents import Nothing
from tools.testomatio.platform import locked

pytestmark = pytest.mark.anyio

GENERAL, OF_A_PROJECT = "testomat_general0token", "tstmt_project0token"
LOGIN = {"jwt": "eyJa.b.c"}


class Host(Wire):
    """A host that answers a login with a JWT, a new one each time, and everything else in order."""

    def __init__(self, *answers: Answer) -> None:
        super().__init__(*answers)
        self.logins = 0

    async def answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path != "/api/login":
            return await super().answer(request)
        self.arrived.append(request)
        self.logins += 1
        return httpx.Response(200, json={"jwt": f"eyJjwt.number.{self.logins}"})

    def api(self, credentials: dict[str, str] | None = None, **settings: str) -> Testomatio:
        held = {name: SecretStr(value) for name, value in (credentials or {TOKEN: GENERAL}).items()}
        network = Network(httpx.MockTransport(self.answer))
        return Testomatio(Account("Testomat.io", "https://host.example", network, held, settings))

    def sent(self) -> list[tuple[str, str, str | None]]:
        return [(r.method, r.url.path, r.headers.get("authorization")) for r in self.arrived]


OK = says(json={"data": []})


async def test_family_a_takes_the_token_and_needs_no_login() -> None:
    host = Host(says(json={"data": {"title": "Shop"}}))
    assert (await host.api().project_info("shop-1")).title == "Shop"
    assert host.sent() == [("GET", "/api/v2/shop-1/info", f"Bearer {GENERAL}")]


async def test_family_b_logs_in_once_for_all_calls_at_a_time() -> None:
    host = Host(OK)
    api = host.api()
    await gather([partial(api.projects_page, 1) for _ in range(6)])
    assert host.logins == 1
    assert {sent[2] for sent in host.sent() if sent[1] == "/api/projects"} == {"Bearer eyJjwt.number.1"}


@pytest.mark.parametrize("status", [401, 403])
async def test_a_login_that_ran_out_is_renewed_once_and_the_call_repeated(status: int) -> None:
    host = Host(OK, says(status), OK)
    api = host.api()
    await api.projects_page(1)
    await api.projects_page(1)
    assert host.logins == 2
    assert [sent[2] for sent in host.sent() if sent[0] == "GET"] == [
        f"Bearer eyJjwt.number.{number}" for number in (1, 1, 2)
    ]


async def test_a_right_that_is_missing_is_said_after_one_new_login() -> None:
    host = Host(OK, says(403, json={"error": "no"}))
    api = host.api()
    await api.projects_page(1)
    with pytest.raises(Unauthorized, match="no"):
        await api.projects_page(1)
    assert host.logins == 2


async def test_with_a_login_just_made_a_refusal_is_final() -> None:
    host = Host(says(403))
    with pytest.raises(Unauthorized):
        await host.api().projects_page(1)
    assert host.logins == 1


async def test_a_write_is_repeated_after_a_refused_login_and_after_nothing_else() -> None:
    host = Host(OK, says(403), says(json={}))
    api = host.api()
    await api.projects_page(1)
    await api.write_web("POST", "shop", "comments", into=Nothing, body={"data": {}})
    assert [sent[0] for sent in host.sent() if sent[1].endswith("/comments")] == ["POST", "POST"]
    host = Host(OK, says(502))
    api = host.api()
    await api.projects_page(1)
    with pytest.raises(OutcomeUnknown):
        await api.write_web("POST", "shop", "comments", into=Nothing)
    assert len([sent for sent in host.sent() if sent[0] == "POST" and sent[1] != "/api/login"]) == 1


@pytest.mark.parametrize(
    ("credentials", "settings", "body"),
    [
        ({TOKEN: GENERAL}, {}, b'{"api_token":"testomat_general0token"}'),
        (
            {TOKEN: OF_A_PROJECT, PASSWORD: "p w"},
            {EMAIL: "ann@example.test"},
            b'{"email":"ann@example.test","password":"p w"}',
        ),
    ],
)
async def test_a_login_is_made_as_the_vendors_page_shows_it(
    credentials: dict[str, str], settings: dict[str, str], body: bytes
) -> None:
    host = Host(OK)
    await host.api(credentials, **settings).projects_page(1)
    assert (host.arrived[0].method, host.arrived[0].url.path) == ("POST", "/api/login")
    assert host.arrived[0].content == body
    assert "authorization" not in host.arrived[0].headers


async def test_an_answer_without_a_jwt_is_no_login() -> None:
    wire = Wire(says(json={"message": "hello"}))
    held = {TOKEN: SecretStr(GENERAL)}
    api = Testomatio(Account("Testomat.io", "https://h.example", Network(httpx.MockTransport(wire.answer)), held))
    with pytest.raises(Unauthorized, match="without a session"):
        await api.projects_page(1)


async def test_reports_and_imports_carry_the_project_token_in_the_query() -> None:
    host = Host(says(json={}))
    api = host.api({TOKEN: OF_A_PROJECT})
    await api.write_report("POST", "reporter", into=Nothing, body={"title": "CI"})
    await api.get_import("test_data", into=Nothing, query=[("with_files", "true")])
    assert [str(r.url.query, "ascii") for r in host.arrived] == [
        f"api_key={OF_A_PROJECT}",
        f"with_files=true&api_key={OF_A_PROJECT}",
    ]
    assert all("authorization" not in r.headers for r in host.arrived)


async def test_writes_are_grouped_under_a_change_session_until_it_is_closed() -> None:
    host = Host(says(201, json={"data": {"hash": "abc"}}), says(json={"data": {}}))
    api = host.api()
    await api.open_session("shop", description="Tidy up")
    await api.write_v2("PUT", "shop", "tests", "1", into=Nothing)
    await api.write_v2("PUT", "other", "tests", "1", into=Nothing)
    assert await api.close_session("shop") == "Tidy up"
    await api.write_v2("PUT", "shop", "tests", "1", into=Nothing)
    assert [r.headers.get("x-session-hash") for r in host.arrived] == [None, "abc", None, None, None]
    assert host.arrived[3].url.path == "/api/v2/shop/sessions/abc"


async def test_a_session_the_platform_forgot_is_opened_anew_and_the_write_sent_once_more() -> None:
    fresh = says(201, json={"data": {"hash": "new"}})
    host = Host(says(201, json={"hash": "old"}), says(403), fresh, says(json={"data": {}}))
    api = host.api()
    await api.open_session("shop", description="Tidy up")
    await api.write_v2("PUT", "shop", "tests", "1", into=Nothing)
    assert [r.headers.get("x-session-hash") for r in host.arrived] == [None, "old", None, "new"]


async def test_a_second_refusal_inside_a_session_is_a_real_one() -> None:
    host = Host(says(201, json={"data": {"hash": "a"}}), says(403), says(201, json={"data": {"hash": "b"}}), says(403))
    api = host.api()
    await api.open_session("shop", description="Tidy up")
    with pytest.raises(Unauthorized):
        await api.write_v2("DELETE", "shop", "tests", "1", into=Nothing)
    assert len(host.arrived) == 4


async def test_a_used_up_quota_is_said_as_what_it_is() -> None:
    host = Host(says(402, json={}))
    with pytest.raises(Invalid, match="quota"):
        await host.api().write_v2("POST", "shop", "tests", into=Nothing)


def test_without_a_project_the_way_to_one_is_said() -> None:
    api = Host(OK).api()
    with pytest.raises(Refused, match="testomatio_list_projects"):
        api.project_of(None)
    assert api.project_of(" shop ") == "shop"
    assert Host(OK).api(None, **{PROJECT: "default"}).project_of(None) == "default"


@pytest.mark.parametrize(
    ("held", "closed"),
    [
        ({TOKEN: GENERAL}, {"report"}),
        ({TOKEN: OF_A_PROJECT}, {"web"}),
        ({TOKEN: OF_A_PROJECT, EMAIL: "a@b.example", PASSWORD: "x"}, set()),
        ({EMAIL: "a@b.example", PASSWORD: "x"}, {"api", "report"}),
        ({TOKEN: "self-hosted-token"}, set()),
    ],
)
def test_what_a_credential_does_not_open_is_told_by_its_kind(held: dict[str, str], closed: set[str]) -> None:
    told: Any = locked(held)
    assert set(told) == closed
    assert all("need" in why for why in told.values())


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (401, {"error": "Unauthorized"}, "does not know this token"),
        (403, {"error": "no", "code": "token_invalid"}, "paused or deleted"),
        (403, {"error": "no", "code": "authorization_missing"}, "does not know this token"),
        (403, {"error": "You have read-only access"}, "may only read here"),
    ],
)
async def test_a_refusal_of_the_public_api_is_told_by_its_code(status: int, body: Any, words: str) -> None:
    host = Host(says(status, json=body))
    with pytest.raises(Unauthorized, match=words):
        await host.api().project_info("shop")


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/api/login", 401, r"testomat_\.\.\., .* TESTOMATIO_EMAIL and TESTOMATIO_PASSWORD"),
        ("/api/shop/comments", 403, "lacks the right"),
        ("/api/reporter", 403, r"project token \(tstmt_\.\.\., in the project under Settings"),
        ("/api/reporter/1a2b3c4d/testrun", 403, "project token"),
        ("/api/test_data", 401, "project token"),
        ("/api/reporters/users", 403, "lacks the right"),
    ],
)
def test_a_refusal_names_the_kind_of_credential_that_its_family_takes(path: str, status: int, words: str) -> None:
    error = (
        Host(OK)
        .api()
        .error_for(status, {}, b'{"message": "Project API Token is invalid"}', f"GET {path}", is_write=False)
    )
    assert isinstance(error, Unauthorized)
    assert re.search(words, str(error))


async def test_the_details_of_an_error_are_told_with_it() -> None:
    host = Host(says(422, json={"error": "Not saved", "details": ["Title can't be blank", "Suite is a folder"]}))
    with pytest.raises(Invalid, match="Not saved: Title can't be blank; Suite is a folder"):
        await host.api().write_v2("POST", "shop", "tests", into=Nothing)
