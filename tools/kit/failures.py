"""Map an unsuccessful response to one of our errors, with the next step."""

import html
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import httpx

from tools.kit.errors import (
    IN_DOUBT,
    NOTHING_SENT,
    Conflict,
    HostMoved,
    Invalid,
    NotFound,
    OutcomeUnknown,
    PlatformError,
    RateLimited,
    Unauthorized,
    Unavailable,
)
from tools.kit.network import Account
from tools.kit.retry import retry_after
from tools.kit.sending import only_read
from tools.kit.text import many, quote

UNREACHED: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
BROKEN: Final = (httpx.HTTPError, UnicodeError, TimeoutError)
"""A request that got no complete answer; UnicodeError stands for a redirect to what can be no host's name."""
_NOT_DONE: Final = {HTTPStatus.TEMPORARY_REDIRECT, HTTPStatus.PERMANENT_REDIRECT}
"""Redirects that ask for the same request again, elsewhere."""
_LONGEST: Final = 7 * 86_400


@dataclass(frozen=True)
class FailureContext:
    """An unsuccessful response: the platform, the request, and the platform's own message."""

    title: str
    request: str
    status: int
    headers: Mapping[str, str]
    words: str
    is_write: bool

    @property
    def facts(self) -> dict[str, Any]:
        """The attributes of every platform error."""
        return {"request": self.request, "status": self.status, "words": self.words}


def error_for(context: FailureContext) -> PlatformError:
    """The error for a status, as on most platforms."""
    title, status, given = context.title, context.status, context.facts
    if 300 <= status < 400:
        return redirected(context)
    if status == HTTPStatus.UNAUTHORIZED:
        return Unauthorized(
            f"{title} does not take the credential (401): it is mistyped, expired or withdrawn.", **given
        )
    if status == HTTPStatus.FORBIDDEN:
        return Unauthorized(
            f"{title} knows the credential and refuses this (403): its user lacks the right, or the plan of the "
            "account does not include it. Whoever manages the account there can grant it.",
            **given,
        )
    if status == HTTPStatus.NOT_FOUND:
        return NotFound(f"{title} has no such thing (404).", **given)
    if status == HTTPStatus.CONFLICT:
        return Conflict(f"{title} refused: it is in a state that does not allow this (409).", **given)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return rate_limited(context)
    if 400 <= status < 500 and status != HTTPStatus.REQUEST_TIMEOUT:
        return Invalid(f"{title} refused what was sent ({status}).", **given)
    if context.is_write:
        return OutcomeUnknown(f"{title} answered {status}: {IN_DOUBT}", **given)
    return Unavailable(f"{title} answered {status}.{only_read()}", **given, wait=retry_after(context.headers))


def redirected(context: FailureContext) -> PlatformError:
    """The error for a redirect; after a write some servers answer one as a success, so that its outcome is open."""
    host = _host(context.headers.get("location", ""))
    sentence = (
        f"{context.title} answers with a redirect{f' to {host}' if host else ''}. It is not followed, since the "
        "credential would go along. If you trust that host, set it as the base address."
    )
    if context.is_write and context.status not in _NOT_DONE:
        sentence = f"{sentence} What was sent is in doubt: {IN_DOUBT}"
        return OutcomeUnknown(sentence, request=context.request, status=context.status)
    return HostMoved(sentence, request=context.request, status=context.status)


def rate_limited(context: FailureContext) -> RateLimited:
    """The error for a rate limit, whatever its status."""
    wait = retry_after(context.headers)
    when = f"in {many(math.ceil(wait), 'second')}" if wait else "in a minute"
    if wait and wait > _LONGEST:
        when = "in more than a week"
    return RateLimited(
        f"{context.title} asks for fewer requests ({context.status}). Try again {when}.", **context.facts, wait=wait
    )


_PAGE: Final = re.compile(rb"<(?:!doctype\s+html|html|head|title|body)\b", re.IGNORECASE)
_TITLE: Final = re.compile(rb"<title\b[^<>]*>([^<]{0,400})", re.IGNORECASE)


def page_title(raw: bytes) -> str | None:
    """The title of a web page, empty if it has none; None if the body is not a web page."""
    head = raw[:16_384]
    if not head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") or not _PAGE.search(head):
        return None
    found = _TITLE.search(head)
    return " ".join(html.unescape(found[1].decode("utf-8", "replace")).split()) if found else ""


def not_json_message(account: Account, raw: bytes) -> str:
    """Say what came instead of JSON, and what to check when it is a web page."""
    page = page_title(raw)
    if page is None:
        return f"{account.title} answered with something that is not JSON."
    named = f" titled {quote(page, at_most=80)}" if page else ""
    variable = f" ({account.address_variable})" if account.address_variable else ""
    return (
        f"{account.title} answered with a web page{named}, not with its API: a login page or a proxy may stand in "
        f"between. Check the base address{variable} and the proxy (HTTPS_PROXY, NO_PROXY)."
    )


def _host(address: str) -> str:
    """The host of an address, quoted; empty if it has none."""
    try:
        host = httpx.URL(address).host
    except (httpx.InvalidURL, UnicodeError):
        return ""
    return quote(host, at_most=100) if host else ""


def network_error_message(error: Exception) -> str:
    """Describe a network error in a few words."""
    return {
        "ConnectError": "no connection",
        "ConnectTimeout": "no connection in time",
        "PoolTimeout": "too many requests waiting",
        "ProxyError": "the proxy refused",
        "ReadTimeout": "no answer in time",
        "WriteTimeout": "could not be sent in time",
        "ReadError": "connection lost",
        "RemoteProtocolError": "connection broken off",
        "TimeoutError": "not complete in time",
    }.get(type(error).__name__, type(error).__name__)


def unreached(title: str, request: str, error: Exception, *, is_write: bool) -> Unavailable:
    """The error for a request that never left."""
    rest = NOTHING_SENT if is_write else "Check the network and the base address, then try again."
    return Unavailable(f"{title} cannot be reached ({network_error_message(error)}). {rest}", request=request)


def broken_off(title: str, request: str, error: Exception, *, is_write: bool, is_incomplete: bool) -> PlatformError:
    """The error for a request that was sent and got no complete response."""
    what = network_error_message(error)
    if is_incomplete:
        return Unavailable(
            f"The connection to {title} was lost before everything was sent ({what}). "
            "The request was incomplete and was not processed.",
            request=request,
        )
    if is_write:
        return OutcomeUnknown(f"{title} took the request and gave no answer ({what}): {IN_DOUBT}", request=request)
    slow = isinstance(error, httpx.TimeoutException | TimeoutError)
    how = "took too long" if slow else "broke off the answer"
    return Unavailable(f"{title} {how} ({what}).{only_read()}", request=request)


def check_taken(account: Account, request: str, raw: bytes, *, is_incomplete: bool) -> None:
    """Believe the success of a write only from an API, and only of a request that it got as a whole.

    Raises:
        OutcomeUnknown: for a web page, which a proxy or a login may have answered, and for an early answer.
    """
    if is_incomplete:
        raise OutcomeUnknown(f"{account.title} answered before everything was sent: {IN_DOUBT}", request=request)
    if page_title(raw) is not None:
        raise OutcomeUnknown(f"{not_json_message(account, raw)} What was sent is in doubt: {IN_DOUBT}", request=request)
