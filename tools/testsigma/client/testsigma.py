"""The client of Test Management by Testsigma."""

import re
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any, ClassVar, Final, get_args

from tools.kit.errors import Invalid, NotFound, PlatformError, RateLimited
from tools.kit.failures import FailureContext, error_for
from tools.kit.network import Account, HeaderToken
from tools.kit.parsing import load_json
from tools.testsigma.client.cache import ListCache
from tools.testsigma.client.folders import FolderCalls
from tools.testsigma.client.imports import ImportCalls
from tools.testsigma.client.projects import ProjectCalls
from tools.testsigma.client.reach import REACHABLE
from tools.testsigma.client.settings import LookupKind, SettingsCalls
from tools.testsigma.client.step_groups import StepGroupCalls
from tools.testsigma.client.test_cases import TestCaseCalls
from tools.testsigma.client.test_plans import TestPlanCalls
from tools.testsigma.client.test_runs import TestRunCalls
from tools.testsigma.client.variables import OTHER_TOKEN, TOKEN

LIMIT_SECONDS: Final = 1.0
"""The rate limit is per second (seen live)."""

# Only a short sentence that begins so: an error that quotes a title with these words is no rate limit.
_LIMITED: Final = re.compile(r"\W*(?:api )?rate.?limit\w*(?: \w+){0,4}\W*", re.IGNORECASE)
_FOREIGN_KEY: Final = "foreign key constraint"
_REQUEST_ID: Final = re.compile(r"[0-9A-Za-z-]{8,64}")

_is_repeated: ContextVar[bool] = ContextVar("is_repeated", default=False)


class Testsigma(
    ProjectCalls,
    FolderCalls,
    TestCaseCalls,
    StepGroupCalls,
    TestRunCalls,
    ImportCalls,
    TestPlanCalls,
    SettingsCalls,
):
    """A client for one workspace; a token sees what its owner sees."""

    __test__ = False

    reachable = REACHABLE
    at_once: ClassVar[int] = 4
    per_second: ClassVar[float | None] = 8
    """The API answers 500 from the 11th request of a second on; `x-tms-api-limit` says 10."""
    burst: ClassVar[float] = 2
    again: ClassVar[frozenset[int]] = frozenset({500, 502, 503, 504})
    limited_before_acting: ClassVar[bool] = True

    def __init__(self, account: Account) -> None:
        token = account.credentials.get(TOKEN) or account.credentials.get(OTHER_TOKEN)
        secret = token.get_secret_value() if token is not None else account.secret(TOKEN)
        super().__init__(account, auth=HeaderToken("Authorization", f"Bearer {secret}"))
        self.project_cache = ListCache()
        self.lookup_caches = {kind: ListCache() for kind in get_args(LookupKind)}
        self.user_cache = ListCache()
        self.label_cache = ListCache()

    def error_for(
        self, status: int, headers: Mapping[str, str], raw: bytes, request: str, *, is_write: bool
    ) -> PlatformError:
        """The error for a response; a 500 may be a rate limit, or an id that the database does not have."""
        context = FailureContext(self.account.title, request, status, headers, self.words(raw), is_write)
        if status >= 500 and _LIMITED.fullmatch(context.words or raw[:200].decode(errors="replace")):
            sentence = f"{context.title} asks for fewer requests ({status}). Try again in a minute. Nothing was done."
            return RateLimited(sentence, **context.facts, wait=LIMIT_SECONDS)
        if status >= 500 and is_write and _FOREIGN_KEY in context.words:
            return Invalid(
                f"{context.title} refused an id that does not exist ({status}). Nothing was done.", **context.facts
            )
        error = error_for(context)
        request_id = headers.get("x-request-id") or headers.get("x-tms-api-request-id") or ""
        if status >= 500 and _REQUEST_ID.fullmatch(request_id):
            sentence = f"{error.sentence} Its support knows the request as {request_id}."
            return type(error)(sentence, **context.facts, wait=error.wait)
        return error

    def words(self, raw: bytes) -> str:
        """The platform's message, from one of four places; the innermost is the most specific."""
        try:
            body = load_json(raw)
        except ValueError:
            return ""
        if isinstance(body, dict):
            inner = body.get("errors")
            places = [inner.get("details"), inner.get("message")] if isinstance(inner, dict) else [inner]
            places += [body.get("message"), body.get("error")]
            for place in places:
                if isinstance(place, dict | list) and place:
                    break  # reasons by field or in a list, which the default joins
                if isinstance(place, str) and place.strip():
                    return place.strip()
        return super().words(raw)

    async def send(self, method: str, where: str, **how: Any) -> bytes:
        """Send a write; a repeated DELETE that answers 404 counts as done."""
        token = _is_repeated.set(False)
        try:
            return await super().send(method, where, **how)
        except NotFound:
            if method == "DELETE" and _is_repeated.get():
                return b""
            raise
        finally:
            _is_repeated.reset(token)

    async def _again(self, error: PlatformError, attempt: int, request: Any) -> bool:
        is_again = await super()._again(error, attempt, request)
        if is_again:
            _is_repeated.set(True)
        return is_again
