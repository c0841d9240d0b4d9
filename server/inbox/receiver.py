"""The inbox's HTTP endpoint: accepts events only at unguessable addresses, and acknowledges them once stored."""

import hmac
import json
import logging
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pydantic import BaseModel, ValidationError

from server.inbox.store import PREFIX, Store, digest
from tools.kit.parsing import NotJson, load_json, validate_leniently
from tools.kit.platform import Platform
from tools.kit.text import many, without_escaped_marks
from tools.kit.webhook import Webhook

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

logger = logging.getLogger(__name__)

MOST_BYTES = 1024 * 1024
REPORT_SECONDS = 60.0
NO_ADDRESS = "no such address"


class Rejected(Exception):
    """A rejected delivery: the status, and the reason that is counted."""

    def __init__(self, status: int, reason: str) -> None:
        self.status, self.reason = status, reason
        super().__init__(reason)


class Receiver:
    """An ASGI application below one prefix."""

    def __init__(self, platforms: Sequence[Platform], store: Store) -> None:
        self._webhooks = {p.key: {hook.kind: hook for hook in p.webhooks} for p in platforms if p.webhooks}
        self._store = store
        self._refused: Counter[str] = Counter()
        self._next_report = 0.0

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        if scope["type"] != "http":
            return
        try:
            status, message = await self._take(scope, receive)
        except Rejected as rejected:
            status, message = rejected.status, rejected.reason
            self._refused[rejected.reason] += 1
            if rejected.reason != NO_ADDRESS or time.monotonic() >= self._next_report:
                await self.report()
        except Exception:
            logger.exception("a delivery could not be stored")
            status, message = 503, "it could not be stored; send it again"
        await _answer(send, status, message)

    async def report(self) -> None:
        """Log and store the rejections counted so far, in batches: anybody can cause those of wrong addresses."""
        counted, self._refused = self._refused, Counter()
        self._next_report = time.monotonic() + REPORT_SECONDS
        for reason, times in counted.items():
            # Neither body nor address: the sender controls both, and the address is a secret.
            logger.warning("%s not accepted: %s", many(times, "delivery", "deliveries"), reason)
            try:
                await self._store.refuse(reason, times)
            except Exception:
                logger.exception("a refusal could not be counted")

    async def close(self) -> None:
        """Report what was counted since the last report."""
        await self.report()

    async def _take(self, scope: "Scope", receive: "Receive") -> tuple[int, str]:
        platform = await self._platform_at(scope["path"])
        if scope["method"] != "POST":
            raise Rejected(405, "not a POST")
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise Rejected(415, "not JSON by its content type")
        document, hook, parsed = self._read(await _body(receive, headers), self._webhooks[platform])
        is_new = await self._store.keep(platform, hook.kind, hook.key(parsed), hook.item(parsed), document)
        return 200, "kept" if is_new else "kept already"

    async def _platform_at(self, path: str) -> str:
        """The platform of an address; all invalid addresses get the same response."""
        parts = path.removeprefix(PREFIX).strip("/").split("/")
        platform, word = (parts[0], parts[1]) if len(parts) == 2 else ("", "")
        known = await self._store.addresses(platform) if platform in self._webhooks else []
        given, is_known = digest(word), False
        for one in known:
            is_known = hmac.compare_digest(one, given) or is_known  # compare all, even after a match
        if not is_known:
            raise Rejected(404, NO_ADDRESS)
        return platform

    @staticmethod
    def _read(body: bytes, hooks: Mapping[str, Webhook]) -> tuple[dict[str, object], Webhook, BaseModel]:
        try:
            document = load_json(without_escaped_marks(body))
        except NotJson:
            raise Rejected(400, "not JSON, or nested too deep") from None
        if not isinstance(document, dict):
            raise Rejected(422, "not an object")
        event = document.get("event")
        hook = hooks.get(event) if isinstance(event, str) else None
        if hook is None:
            raise Rejected(422, "no event that is known")
        try:
            return (
                document,
                hook,
                validate_leniently(document, hook.document)[0],
            )  # unexpected values are stored as they came
        except ValidationError as error:
            places = sorted({".".join(map(str, e["loc"])) for e in error.errors(include_input=False)})
            logger.info("an event of a wrong shape: %s", ", ".join(places[:5]))
            raise Rejected(422, "not the shape of its event") from None


async def _body(receive: "Receive", headers: Mapping[str, str]) -> bytes:
    announced = headers.get("content-length", "")
    if announced.isdigit() and int(announced) > MOST_BYTES:
        raise Rejected(413, "too large")
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Rejected(400, "broken off")
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > MOST_BYTES:
            raise Rejected(413, "too large")
    return body


async def _answer(send: "Send", status: int, message: str) -> None:
    body = json.dumps({"status" if status == 200 else "error": message}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
