"""Everything that can go wrong, as one tree.

TestdeskError
├─ NotConfigured           no credential: which variable, where to find it
├─ Refused                 a rule, a guard or the user said no; nothing was sent
└─ PlatformError           a request to the platform failed
   ├─ Unauthorized         401, 403
   ├─ NotFound             404
   ├─ Invalid              400, 422 and other refusals of what was sent
   ├─ Conflict             409
   ├─ RateLimited          429
   ├─ Unavailable          5xx, network, time-out
   ├─ HostMoved            3xx: never followed, since the credential would be sent along
   ├─ UnexpectedShape      2xx, but not the documented response
   └─ OutcomeUnknown       a write was sent and got no response: it may have taken effect
"""

from collections.abc import Awaitable
from typing import Final, TypeVar

from tools.kit.text import quote

__all__ = [
    "ACCEPTED",
    "IN_DOUBT",
    "NOTHING_SENT",
    "Conflict",
    "HostMoved",
    "Invalid",
    "NotConfigured",
    "NotFound",
    "OutcomeUnknown",
    "PlatformError",
    "RateLimited",
    "Refused",
    "TestdeskError",
    "Unauthorized",
    "Unavailable",
    "UnexpectedShape",
    "found",
]

T = TypeVar("T")


class TestdeskError(Exception):
    """An expected failure; its text says what to do next."""

    __test__ = False  # the name begins with Test; pytest would collect it


class NotConfigured(TestdeskError):
    """There is no credential for this platform."""


NOTHING_SENT: Final = "Nothing was sent."
ACCEPTED: Final = "The change itself was accepted."
IN_DOUBT: Final = "it may or may not have happened. It was not sent again."


class Refused(TestdeskError):
    """A rule, a guard or the user said no before anything was sent; the text ends by saying so."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence
        super().__init__(f"{sentence} {NOTHING_SENT}")


class PlatformError(TestdeskError):
    """A request failed; `words` is the platform's own message, shown as quoted text."""

    def __init__(
        self,
        sentence: str,
        *,
        request: str = "",
        status: int | None = None,
        words: str = "",
        wait: float | None = None,
    ) -> None:
        self.sentence, self.request, self.status, self.words, self.wait = sentence, request, status, words, wait
        super().__init__(f"{sentence} It said: {quote(words, at_most=500)}." if words else sentence)


class Unauthorized(PlatformError):
    """401 or 403: the credential is missing, wrong, expired or not allowed to do this."""


class NotFound(PlatformError):
    """404: it does not exist, or the credential may not see it."""


class Invalid(PlatformError):
    """400 or 422: the platform refused what was sent."""


class Conflict(PlatformError):
    """409: the state of the object does not allow this."""


class RateLimited(PlatformError):
    """429: too many requests."""


class Unavailable(PlatformError):
    """The platform is down, slow or unreachable."""


class HostMoved(PlatformError):
    """The address responds with a redirect."""


class UnexpectedShape(PlatformError):
    """The response is not the documented one."""


class OutcomeUnknown(PlatformError):
    """A write was sent and its outcome is unknown; it is never retried automatically."""


async def found(read: Awaitable[T], what: str, *, listed_by: str, within: str | None = None) -> T:
    """Await the read of one object, such as "run 812"; if it does not exist, name the tool that lists such objects.

    Raises:
        NotFound: "No run 812. testery_list_test_runs shows ids." `within`, such as "Product 7", is what lacks it.
    """
    try:
        return await read
    except NotFound as error:
        lacks = f"{within} has no {what}" if within else f"No {what}"
        raise NotFound(f"{lacks}. {listed_by} shows {'its ' if within else ''}ids.", status=404) from error
