"""The page on which a person answers: of this machine only, its link works once, and only its form brings an answer."""

import re
import stat
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit
from urllib.request import ProxyHandler, Request, build_opener, url2pathname

import anyio
import anyio.to_thread
import httpx
import pytest

from server import callers
from server.app import build
from server.approval_page import ApprovalPage, answer_on_page
from server.approve import run_approve
from server.guards import links
from server.sandbox import SandboxTransport
from server.store.approvals import Approval
from server.store.sqlite import SqliteEngine
from server.team.person import Person
from tests.desk import sandboxes, settings
from tests.server import wire as wires
from tests.server.test_approval import REJECT
from tests.server.test_approve import Keys, Waiting
from tests.server.wire import wire
from tools.kit.network import Network

pytestmark = pytest.mark.anyio

PORT = 4711
ORIGIN = f"http://127.0.0.1:{PORT}"
WORDS = "Delete <script>alert(1)</script> \x1b[2J'\u202edoof'?\n\"quoted\" & $token"


def asked(**changes: Any) -> Approval:
    now = time.time()
    fields = {"number": "ABCDEFGH", "words": WORDS, "names": (), "principal": "mara", "client": "zed", "tool": "a_tool"}
    rest = {"account": "default", "asked_at": now, "expires_at": now + 60, "state": "pending"}
    return Approval(**{**fields, **rest, "answered_at": None, "answered_by": None, **changes})


@asynccontextmanager
async def browser(page: ApprovalPage, **headers: str) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=page)
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers) as http:
        yield http


def token_in(page: str) -> str:
    found = re.search(r'name="token" value="([\w-]{43})"', page)
    assert found, page
    return found[1]


async def answer(http: httpx.AsyncClient, token: str, said: str = "yes", **fields: str) -> httpx.Response:
    return await http.post("/answer", data={"token": token, "answer": said, **fields}, headers={"Origin": ORIGIN})


@pytest.mark.parametrize(("said", "heard"), [("yes", True), ("no", False)])
async def test_an_answer_comes_from_the_form_once(said: str, heard: bool) -> None:
    page = ApprovalPage(asked(), PORT)
    async with browser(page) as http:
        token = token_in((await http.get(page.link)).text)
        assert not page.answered.is_set()
        assert (await answer(http, token, said)).status_code == 200
        assert page.answered.is_set()
        assert (await answer(http, token, "yes" if said == "no" else "no")).status_code == 404
    assert page.said is heard


async def test_a_link_works_once_and_nothing_else_is_there() -> None:
    page = ApprovalPage(asked(), PORT)
    async with browser(page) as http:
        for path in ("/", "/answer", f"{page.link}x", page.link[:-1]):
            assert (await http.get(path)).status_code == 404
        assert (await http.head(page.link)).status_code == 404
        assert (await http.get(page.link)).status_code == 200
        assert (await http.get(page.link)).status_code == 404
    assert len(page.link.rpartition("/")[2]) == 43, "256 bits"


@pytest.mark.parametrize(
    ("headers", "fields"),
    [
        ({}, {}),
        ({"Origin": "https://example.com"}, {}),
        ({"Origin": "null"}, {}),
        ({"Origin": f"http://localhost:{PORT}"}, {}),
        ({"Origin": ORIGIN}, {"token": ""}),
        ({"Origin": ORIGIN}, {"token": "A" * 43}),
        ({"Origin": ORIGIN, "Host": f"evil.example:{PORT}"}, {}),
        ({"Origin": ORIGIN}, {"filler": "x" * 20_000}),
    ],
    ids=["no origin", "foreign", "null", "localhost", "no token", "wrong token", "foreign host", "too large"],
)
async def test_nothing_but_the_form_of_this_page_answers(headers: dict[str, str], fields: dict[str, str]) -> None:
    page = ApprovalPage(asked(), PORT)
    async with browser(page) as http:
        form = {"token": token_in((await http.get(page.link)).text), "answer": "yes", **fields}
        assert (await http.post("/answer", data=form, headers=headers)).status_code in {403, 404}
    assert page.said is None


async def test_another_name_of_this_address_shows_nothing_and_leaves_the_link_alone() -> None:
    page = ApprovalPage(asked(), PORT)
    async with browser(page, Host=f"evil.example:{PORT}") as http:
        assert (await http.get(page.link)).status_code == 404
    async with browser(page) as http:
        assert (await http.get(page.link)).status_code == 200


async def test_the_page_shows_the_words_as_text_and_loads_nothing() -> None:
    page = ApprovalPage(asked(), PORT)
    async with browser(page) as http:
        response = await http.get(page.link)
    assert (
        "Delete &lt;script&gt;alert(1)&lt;/script&gt; [2J&#x27;doof&#x27;?\n&quot;quoted&quot; &amp; $token"
        in response.text
    )
    tags = Tags(response.text)
    assert not tags.names & {"script", "img", "link", "iframe", "object", "embed", "base"}
    assert tags.targets == ["/answer"]
    policy = response.headers["content-security-policy"]
    nonce = re.search(r'<style nonce="([^"]+)">', response.text)
    assert nonce
    assert policy == (
        f"default-src 'none'; style-src 'nonce-{nonce[1]}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    assert response.headers["cache-control"] == "no-store"
    assert "color-scheme: light dark" in response.text


class Tags(HTMLParser):
    """The tags of a page, and where they lead."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names, self.targets = set[str](), list[str]()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.targets += [value or "" for name, value in attrs if name in {"src", "href", "action", "data", "style"}]


async def test_an_object_whose_name_is_asked_for_needs_it_on_the_page_too() -> None:
    page = ApprovalPage(asked(names=("Harbour Web",)), PORT)
    async with browser(page) as http:
        token = token_in((await http.get(page.link)).text)
        for typed in ("", "yes", "harbour web"):
            assert "That is not its name" in (await answer(http, token, typed=typed)).text
        assert page.said is None
        await answer(http, token, typed=" Harbour Web ")
    assert page.said is True


def at(link: str, said: str) -> None:
    """Be the person's browser, which logs nothing here: open a link and press a button."""
    opener = build_opener(ProxyHandler({}))
    token = token_in(opener.open(link, timeout=20).read().decode())
    parts = urlsplit(link)
    origin = f"{parts.scheme}://{parts.netloc}"
    assert parts.hostname == "127.0.0.1"
    form = urlencode({"token": token, "answer": said}).encode()
    opener.open(Request(f"{origin}/answer", form, {"Origin": origin}), timeout=20).close()


@pytest.fixture
def waiting(tmp_path: Path) -> Waiting:
    return Waiting(tmp_path / "store.sqlite3")


def test_the_command_opens_a_file_that_only_its_user_can_read(
    waiting: Waiting, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    opened: list[tuple[str, int, int]] = []

    def browse(url: str) -> bool:
        file = Path(url2pathname(urlsplit(url).path))
        opened.append((url, stat.S_IMODE(file.stat().st_mode), stat.S_IMODE(file.parent.stat().st_mode)))
        link = re.search(r"url=(http://[^\"]+)", file.read_text())
        assert link
        at(link[1], "yes")
        return True

    monkeypatch.setattr("webbrowser.open", browse)
    keys = Keys("")
    assert run_approve(waiting.number, on_page=True, environment=waiting.env, terminal=keys.terminal) == 0
    assert waiting.now().state == "approved"
    ((url, mode, of_folder),) = opened
    assert (url.partition("://")[0], mode, of_folder) == ("file", 0o600, 0o700)
    assert "http" not in keys.shown + "".join(capfd.readouterr())
    assert not Path(url2pathname(urlsplit(url).path)).exists()


def test_without_a_browser_only_the_terminal_shows_the_link(
    waiting: Waiting, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    browsers: list[threading.Thread] = []

    class Reading(Keys):
        def show(self, text: str) -> None:
            super().show(text)
            if found := re.search(r"http://\S+", text):
                browsers.append(threading.Thread(target=at, args=(found[0], "no")))
                browsers[0].start()

    monkeypatch.setattr("webbrowser.open", lambda url: False)
    assert run_approve(waiting.number, on_page=True, environment=waiting.env, terminal=Reading("").terminal) == 0
    browsers[0].join()
    assert waiting.now().state == "declined"
    assert "http" not in "".join(capfd.readouterr())


async def test_a_page_that_nobody_answers_ends_with_its_time() -> None:
    async def opened(link: str) -> bool:
        return True

    with anyio.fail_after(60):
        assert await answer_on_page(asked(expires_at=time.time() + 0.2), opened) is None


@pytest.mark.parametrize(("said", "outcome"), [("yes", '"how":"approval"'), ("no", "The user said no to this call.")])
async def test_a_client_that_only_opens_links_gets_one_and_the_page_decides(
    said: str, outcome: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(wires, "CAPABILITIES", {"elicitation": {"url": {}}})
    world = sandboxes()
    server = build(settings(log_level="DEBUG"), network=Network(SandboxTransport(world)), engine=SqliteEngine(None))
    async with wire(server, "legacy") as client:
        message = await client.call("testio_reject_bug", REJECT)
        params = message["params"]
        assert (message["method"], params["mode"]) == ("elicitation/create", "url")
        assert params["elicitationId"]
        await client.send({"id": message["id"], "result": {"action": "accept"}})
        await anyio.to_thread.run_sync(at, params["url"], said)
        result = (await client.message())["result"]
    text, log = result["content"][0]["text"], capfd.readouterr().err
    assert "tools.kit.client" in log or said == "no"
    assert outcome in text
    assert "http" not in text
    assert params["url"].rpartition("/")[2] not in log
    assert [e.path for e in world.journal.entries() if e.method == "PUT"] == (
        ["/bugs/88107/reject"] if said == "yes" else []
    )


async def test_a_client_over_http_gets_no_link_since_its_user_may_be_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wires, "CAPABILITIES", {"elicitation": {"url": {}}})
    monkeypatch.setattr(callers, "person_of", lambda _: Person(callers.OVER_HTTP, is_team=False))
    server = build(settings(), network=Network(SandboxTransport(sandboxes())), engine=SqliteEngine(None))
    async with wire(server, "legacy") as client:
        text = (await client.call("testio_reject_bug", REJECT))["result"]["content"][0]["text"]
    assert text.startswith("testio_reject_bug needs the user's yes")


async def test_a_link_that_is_not_opened_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wires, "CAPABILITIES", {"elicitation": {"url": {}}})
    server = build(settings(), network=Network(SandboxTransport(sandboxes())), engine=SqliteEngine(None))
    async with wire(server, "legacy") as client:
        message = await client.call("testio_reject_bug", REJECT)
        await client.send({"id": message["id"], "result": {"action": "decline"}})
        text = (await client.message())["result"]["content"][0]["text"]
    assert text == f"{links.UNANSWERED} Nothing was sent."
