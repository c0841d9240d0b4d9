"""A page of this machine on which a person answers one question; its link works once."""

import hmac
import secrets
import time
import webbrowser
from collections.abc import Awaitable, Callable, Mapping
from html import escape
from http import HTTPStatus
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import anyio
import anyio.to_thread

from server.approve import NO, YES, is_yes
from server.http_server import uvicorn_for
from server.listening import listen
from server.store.approvals import Approval
from server.terminal import Person, printable
from server.web_page import HEADERS, POLICY, read_form

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

HOST: Final = "127.0.0.1"
PAGE: Final = Template("""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Testdesk: $title</title>
<style nonce="$nonce">
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { max-width: 44rem; margin: 2rem auto; padding: 0 1rem }
blockquote { margin: 1rem 0; padding: .5rem 1rem; border-left: .25rem solid; white-space: pre-wrap;
  overflow-wrap: anywhere }
button, input { font: inherit; padding: .5rem 1rem; margin: .25rem .5rem .25rem 0 }
</style>
<h1>$title</h1>
$body
</html>
""")
QUESTION: Final = Template("""<p>$client of $principal asks to call <code>$tool</code>.</p>
<blockquote>$words</blockquote>
<form method="post" action="/answer" autocomplete="off">
<input type="hidden" name="token" value="$token">
$typed<button name="answer" value="yes">Approve this one call</button>
<button name="answer" value="no">Decline</button>
</form>""")
TYPED: Final = '<p><label>To approve, type its name: <input name="typed" autocomplete="off"></label></p>\n'


class ApprovalPage:
    """An ASGI application that shows one question once, and takes one answer to it."""

    def __init__(self, asked: Approval, port: int) -> None:
        self.asked = asked
        self.said: bool | None = None
        self.answered = anyio.Event()
        self._host = f"{HOST}:{port}"
        self._link: str | None = secrets.token_urlsafe(32)
        self._token = secrets.token_urlsafe(32)
        self.link = f"http://{self._host}/{self._link}"

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        if scope["type"] != "http":
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        status, page, nonce = await self._page(scope, headers, receive)
        sent = HEADERS | {"content-security-policy": POLICY.format(nonce=nonce)}
        body = page.encode()
        sent["content-length"] = str(len(body))
        start = [(name.encode(), value.encode()) for name, value in sent.items()]
        await send({"type": "http.response.start", "status": int(status), "headers": start})
        await send({"type": "http.response.body", "body": body})
        if self.said is not None:
            self.answered.set()

    async def _page(
        self, scope: "Scope", headers: Mapping[str, str], receive: "Receive"
    ) -> tuple[HTTPStatus, str, str]:
        nonce = secrets.token_urlsafe(16)
        status, title, body = HTTPStatus.NOT_FOUND, "There is nothing here", "<p>A link works once.</p>"
        # Another name for this address would be a page of somebody else's that resolves to it.
        if headers.get("host") == self._host and self.said is None:
            if scope["method"] == "GET" and self._is_link(scope["path"]):
                status, title, body = HTTPStatus.OK, "Approve this call?", self._question()
            elif scope["method"] == "POST" and scope["path"] == "/answer":
                status, title, body = self._take(await read_form(receive), headers)
        return status, PAGE.substitute(title=title, body=body, nonce=nonce), nonce

    def _is_link(self, path: str) -> bool:
        """Whether a path is that of the link; it works once."""
        if self._link is None or not hmac.compare_digest(path.encode(), f"/{self._link}".encode()):
            return False
        self._link = None
        return True

    def _question(self) -> str:
        return QUESTION.substitute(
            client=_shown(self.asked.client or "A client without a name"),
            principal=_shown(self.asked.principal),
            tool=_shown(self.asked.tool),
            words=_shown(self.asked.words),
            token=self._token,
            typed=TYPED if self.asked.names else "",
        )

    def _take(self, form: Mapping[str, str], headers: Mapping[str, str]) -> tuple[HTTPStatus, str, str]:
        """Judge an answer: only the form that this page has shown may bring one."""
        own = headers.get("origin") == f"http://{self._host}"
        if not own or not hmac.compare_digest(form.get("token", "").encode(), self._token.encode()):
            return HTTPStatus.FORBIDDEN, "Not from this page", "<p>Nothing was approved.</p>"
        if form.get("answer") == YES and is_yes(self.asked, form.get("typed", "") if self.asked.names else YES):
            self.said = True
            return HTTPStatus.OK, "Approved", "<p>The same call passes once. You can close this page.</p>"
        if form.get("answer") == NO:
            self.said = False
            return HTTPStatus.OK, "Declined", "<p>Nothing will be sent. You can close this page.</p>"
        wrong = "<p>That is not its name. Nothing was approved.</p>"
        return HTTPStatus.OK, "Approve this call?", wrong + self._question()


async def answer_on_page(asked: Approval, opened: Callable[[str], Awaitable[bool]]) -> bool | None:
    """Serve the page until it is answered or its time is up; `opened` brings the link to the person, if it can."""
    with listen(HOST, 0) as listener:
        page = ApprovalPage(asked, listener.getsockname()[1])
        server, is_up = uvicorn_for(page, "ERROR")
        with anyio.move_on_after(asked.expires_at - time.time()):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(server.serve, [listener])
                await is_up.wait()
                if await opened(page.link):
                    await page.answered.wait()
                server.should_exit = True
    return page.said


async def ask_on_page(asked: Approval, person: Person) -> bool | None:
    """Open the page in the browser of whoever ran the command."""
    with TemporaryDirectory(prefix="testdesk-") as folder:

        async def opened(link: str) -> bool:
            file = redirect(Path(folder), link)
            if await anyio.to_thread.run_sync(webbrowser.open, file.as_uri()):
                person.show("Answer on the page in your browser.")
            else:
                person.show(f"Open this link in a browser of this machine; it works once:\n{link}")
            return True

        return await answer_on_page(asked, opened)


def redirect(folder: Path, link: str) -> Path:
    """A file that leads to a link and that only its owner can read: arguments of a browser are visible to everybody."""
    file = folder / "approve.html"
    file.touch(mode=0o600)
    page = f'<!doctype html><meta http-equiv="refresh" content="0; url={escape(link)}"><title>Testdesk</title>'
    file.write_text(page, encoding="utf-8")
    return file


def _shown(text: str) -> str:
    return escape(printable(text))
