"""Everything that can go wrong, as one tree.

TestdeskError
├─ NotConfigured           no credential: which variable, where to find it
├─ Refused                 a rule of ours, a guard or a person said no; nothing was sent
└─ PlatformError           the platform was asked, and this is what came of it
   ├─ Unauthorized         401, 403
   ├─ NotFound             404
   ├─ Invalid              400, 422 and other refusals of what was sent
   ├─ Conflict             409
   ├─ RateLimited          429
   ├─ Unavailable          5xx, network, time-out
   ├─ HostMoved            3xx: never followed, a credential would travel along
   ├─ UnexpectedShape      2xx, but not the document we know
   └─ OutcomeUnknown       a write left and no answer came: it may have happened
"""

from collections.abc import Awaitable
from typing import Final, TypeVar

from tools.kit.text import quote

__all__ = [
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
    """A failure we understand; its text is a sentence with the next step."""

    __test__ = False  # the name begins with Test; pytest would collect it


class NotConfigured(TestdeskError):
    """There is no credential for this platform."""


NOTHING_SENT: Final = "Nothing was sent."


class Refused(TestdeskError):
    """A rule, a guard or a person said no, before anything was sent; its text ends by saying so."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence
        super().__init__(f"{sentence} {NOTHING_SENT}")


class PlatformError(TestdeskError):
    """The platform was asked; `words` are its own, marked as others' text wherever they are shown."""

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
    """404: there is no such thing, or it is not ours to see."""


class Invalid(PlatformError):
    """400 or 422: the platform refused what was sent."""


class Conflict(PlatformError):
    """409: the thing is in a state that does not allow this."""


class RateLimited(PlatformError):
    """429: too many requests."""


class Unavailable(PlatformError):
    """The platform is down, slow or out of reach."""


class HostMoved(PlatformError):
    """The address answers with a redirect."""


class UnexpectedShape(PlatformError):
    """The answer is not the document its reference describes."""


class OutcomeUnknown(PlatformError):
    """A write left, and whether it happened is not known; it is never sent again by itself."""


async def found(read: Awaitable[T], what: str, *, listed_by: str, within: str | None = None) -> T:
    """Await the read of one thing, such as "run 812", and say which tool lists its kind where there is no such thing.

    Raises:
        NotFound: "No run 812. testery_list_test_runs shows ids." `within`, such as "Product 7", is what lacks it.
    """
    try:
        return await read
    except NotFound as error:
        lacks = f"{within} has no {what}" if within else f"No {what}"
        raise NotFound(f"{lacks}. {listed_by} shows {'its ' if within else ''}ids.", status=404) from error
