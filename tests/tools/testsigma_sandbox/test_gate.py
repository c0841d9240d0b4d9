"""Who is let in, how fast, what every answer carries, and the host that has moved."""

from uuid import UUID

import httpx
import pytest

from server.settings import SANDBOX_ORIGIN
from tests.tools.testsigma_sandbox.workspace import HRB, NOBODY, account, error, get_json, set_switches
from tools.kit.sandbox.clock import Clock
from tools.kit.sandbox.sandbox import Sandbox
from tools.testsigma.sandbox.build import MOUNT, build
from tools.testsigma.sandbox.world import Switches

pytestmark = pytest.mark.anyio

OLD = f"{SANDBOX_ORIGIN}/testsigma/old/api/v1"


# Who is let in


@pytest.mark.parametrize("path", ["/projects", "/me", f"{HRB}/test_cases/HRB-999"])
async def test_without_a_header_every_path_is_401_in_66_bytes(http: httpx.AsyncClient, path: str) -> None:
    del http.headers["Authorization"]
    answer = await http.get(path)
    assert answer.status_code == 401
    assert answer.text == '{"code":401,"message":"map[error:Authorization header required]"}\n'
    assert len(answer.content) == 66


@pytest.mark.parametrize(
    "header", ["demo", "Bearer", "Bearer ", "Bearer wrong", "Bearer expired", "Token x", "Basic x"]
)
async def test_an_unusable_header_is_401_in_55_bytes(http: httpx.AsyncClient, header: str) -> None:
    for path in ("/projects", "/me"):
        answer = await http.get(path, headers={"Authorization": header})
        assert answer.status_code == 401
        assert answer.text == '{"code":401,"message":"Authorization header required"}\n'
        assert len(answer.content) == 55


async def test_the_word_bearer_may_be_in_any_case(http: httpx.AsyncClient) -> None:
    assert (await http.get("/projects", headers={"Authorization": "bearer demo"})).status_code == 200


async def test_options_ask_for_a_token_too(http: httpx.AsyncClient) -> None:
    del http.headers["Authorization"]
    assert (await http.options("/projects")).status_code == 401


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/me"),
        ("GET", "/swagger.json"),
        ("POST", "/graphql"),
        ("GET", f"{HRB}/testCases"),
        ("GET", f"{HRB}/folders/{NOBODY}/test_cases"),
        ("GET", f"{HRB}/test_cases/HRB-7/steps"),
        ("GET", f"{HRB}/test_runs/HRB-R-4/results"),
        ("PATCH", f"{HRB}/test_runs/HRB-R-4"),
    ],
)
async def test_an_unknown_route_is_404_in_one_line(http: httpx.AsyncClient, method: str, path: str) -> None:
    answer = await http.request(method, path)
    assert answer.status_code == 404
    assert answer.text == '{"code":404,"message":"Not Found"}\n'
    assert len(answer.content) == 35


async def test_an_unknown_record_is_404_with_errors(http: httpx.AsyncClient) -> None:
    for path, what, key in (
        (f"/projects/{NOBODY}", "Project", NOBODY),
        (f"{HRB}/folders/{NOBODY}", "Folder", NOBODY),
        (f"{HRB}/test_cases/HRB-999", "Test case", "HRB-999"),
        (f"{HRB}/test_cases/KSK-1", "Test case", "KSK-1"),
        (f"{HRB}/step_groups/HRB-SG-9", "Step group", "HRB-SG-9"),
        (f"{HRB}/test_runs/{NOBODY}", "Test run", NOBODY),
        (f"{HRB}/test_plans/HRB-P-9", "Test plan", "HRB-P-9"),
        (f"{HRB}/junit-imports/{NOBODY}/status", "Import", NOBODY),
    ):
        answer = await http.get(path)
        assert await error(answer, 404) == f"{what} not found with ID: {key}"
        assert answer.json()["message"] == f"{what} not found"


async def test_what_is_no_id_at_all_is_not_found_either(http: httpx.AsyncClient) -> None:
    for path, what in (
        ("/projects/HRB", "Project not found with ID: HRB"),
        (f"{HRB}/folders/tree", "Folder not found with ID: tree"),
        (f"{HRB}/test_cases/7", "Test case not found with ID: 7"),
        (f"{HRB}/test_runs/hrb-r-4", "Test run not found with ID: hrb-r-4"),
    ):
        assert await error(await http.get(path), 404) == what


async def test_a_read_only_key_reads_and_nothing_else(http: httpx.AsyncClient) -> None:
    await set_switches(http, read_only_key=True)
    assert (await http.get("/projects")).status_code == 200
    for method, path in (("POST", "/projects"), ("PUT", HRB), ("DELETE", HRB)):
        answer = await http.request(method, path, json={"name": "Mine"})
        assert await error(answer, 403) == "A Read Only member cannot create, update or delete"
    assert len(await get_json(http, "/projects", "projects")) == 2


# What every answer carries


async def test_every_answer_has_an_id_and_the_three_headers(http: httpx.AsyncClient) -> None:
    answers = [
        await http.get("/projects"),
        await http.get("/me"),
        await http.get(f"{HRB}/test_cases/HRB-999"),
        await http.get("/projects", headers={"Authorization": "Token x"}),
        await http.delete(f"{HRB}/step_groups/HRB-SG-3"),
        await http.get(f"{OLD}/projects"),
    ]
    assert [answer.status_code for answer in answers] == [200, 404, 404, 401, 204, 301]
    for answer in answers:
        UUID(answer.headers["x-request-id"])
        assert answer.headers["x-tms-api-limit"] == "10"
        assert answer.headers["x-tms-api-remaining"].isdecimal()
        assert answer.headers["x-tms-api-reset"] == "-1775199600"
    assert len({answer.headers["x-request-id"] for answer in answers}) == len(answers)


def limited(now: list[float]) -> httpx.AsyncClient:
    """A caller of a workspace whose real clock shows the only number in `now`."""
    switches = Switches(rate_limit=True)
    return account(build(clock=Clock(factor=0), switches=switches, real=lambda: now[0]))


async def test_an_eleventh_request_within_a_second_is_500() -> None:
    now = [100.0]
    async with limited(now) as http:
        remaining = [(await http.get("/projects")).headers["x-tms-api-remaining"] for _ in range(10)]
        assert remaining == [str(left) for left in range(9, -1, -1)]
        now[0] += 0.9
        refused = await http.get("/projects")
        assert (refused.status_code, refused.text) == (500, '{"message":"rate limit exceeded"}')
        assert refused.headers["x-tms-api-remaining"] == "0"
        now[0] += 0.1
        assert (await http.get("/projects")).status_code == 200


async def test_a_refused_write_has_not_happened() -> None:
    now = [100.0]
    async with limited(now) as http:
        for _ in range(10):
            await http.get("/projects")
        assert (await http.delete(HRB)).status_code == 500
        now[0] += 1
        assert (await http.get(HRB)).status_code == 200


async def test_nobody_is_slowed_down_unless_the_limit_is_switched_on() -> None:
    async with account(build(clock=Clock(factor=0), real=lambda: 100.0)) as http:
        answers = [await http.get("/projects") for _ in range(15)]
    assert {answer.status_code for answer in answers} == {200}
    assert answers[-1].headers["x-tms-api-remaining"] == "1"


# The old host


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
async def test_the_old_host_says_where_the_api_is_now(http: httpx.AsyncClient, method: str) -> None:
    answer = await http.request(method, f"{OLD}/projects/a%20b?page_size=2&name__NEQ=Kiosk")
    assert answer.status_code == 301
    assert answer.headers["location"] == f"{SANDBOX_ORIGIN}{MOUNT}/projects/a%20b?page_size=2&name__NEQ=Kiosk"


async def test_the_old_host_asks_for_no_token_and_does_nothing(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    del http.headers["Authorization"]
    assert (await http.delete(OLD + HRB)).status_code == 301
    async with account(sandbox) as caller:
        assert (await caller.get(HRB)).status_code == 200


async def test_a_caller_that_follows_with_its_token_arrives(http: httpx.AsyncClient) -> None:
    answer = await http.get(f"{OLD}{HRB}", follow_redirects=True)
    assert answer.status_code == 200
    assert answer.url.path.startswith(MOUNT)
