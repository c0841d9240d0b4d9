"""The table of faults: what is done to a request, and what must hold for a read and for a write."""

from dataclasses import dataclass
from typing import Final, Literal

from tests.faults import bodies, connections, early, statuses
from tests.faults.proxy import Fault

Read = Literal["right", "missing"]
"""`right`: the answer is the one without the fault. `missing`: an error, or an answer that says what it lacks."""
Write = Literal["done", "unknown", "unsent", "refused", "limited", "reported", "not done"]
"""What is reported of a write.

`done`: it was carried out. `unknown`: nobody can say, and what shows it is named. `unsent`: nothing was changed.
`refused`: the platform said no. `limited`: refused, or sent again where the platform limits before it acts.
`reported`: it was carried out and is reported as done, accepted or unknown, whatever the tool reads of the answer.
`not done`: it is not reported as done.
"""


@dataclass(frozen=True)
class Kind:
    """A fault with what must hold; `upload` is for a body that is sent in pieces, where it differs from `write`."""

    name: str
    fault: Fault
    read: Read
    write: Write
    upload: Write | None = None
    stalls: bool = False
    """Whether only a time limit ends it."""
    lasts: bool = False
    """Whether it is done to every attempt."""
    only: Literal["", "upload", "document"] = ""
    """What it is for, if not for every request."""
    is_heavy: bool = False
    """Whether it would fill the memory of a client without bounds."""


RIGHT_UNKNOWN: Final = [
    *(Kind(name, fault, "right", "unknown") for name, fault in connections.BROKEN.items()),
    *(Kind(name, fault, "right", "unknown") for name, fault in bodies.BROKEN.items()),
]
"""A request whose answer broke off: a read is sent again, a write is not."""

UNREAD: Final = [
    *(Kind(name, fault, "right", "unknown", "unsent") for name, fault in early.UNREAD.items()),
    Kind("hung up while the body is read", early.hung_up_in_the_body, "right", "unknown", "unsent"),
]
"""A connection that ended before the request had left as a whole: what is sent in pieces was not processed."""

EARLY: Final = [
    *(
        Kind(name, fault, "missing", "refused", "not done", only="upload")
        for name, fault in early.REFUSED_EARLY.items()
    ),
    Kind(
        "200 before the body was read, then closed", early.answers_early("200 OK"), "missing", "not done", only="upload"
    ),
]
"""Responses to the headers of an upload."""

STALLING: Final = [
    Kind(
        "413 before the body was read, which never is",
        early.answers_early("413 Too Large", stays=True),
        "missing",
        "not done",
        only="upload",
        stalls=True,
    ),
    *(Kind(name, fault, "right", "unknown", stalls=True) for name, fault in connections.SILENT.items()),
    *(Kind(name, fault, "missing", "unknown", stalls=True, lasts=True) for name, fault in connections.ENDLESS.items()),
    Kind("the body of a request is never read", early.never_reads, "right", "unknown", "unsent", stalls=True),
]

HARMLESS: Final = [
    *(Kind(name, fault, "right", "done") for name, fault in connections.HARMLESS.items()),
    *(Kind(name, fault, "right", "done") for name, fault in bodies.HARMLESS.items()),
    Kind("the body of a request is read slowly", early.slow_reader, "right", "done"),
]

UNREADABLE: Final = [
    *(Kind(name, fault, "missing", "reported", only="document") for name, fault in bodies.UNREADABLE.items()),
    *(Kind(name, fault, "missing", "unknown") for name, fault in bodies.PAGES.items()),
]
"""Responses that are whole and cannot be what the platform documents."""

BOMBS: Final = [Kind(name, fault, "missing", "reported", is_heavy=True) for name, fault in bodies.BOMBS.items()]

STATUSES: Final = [Kind(one.name, one.fault, one.read, one.write) for one in statuses.STATUSES]  # type: ignore[arg-type]

GROUPS: Final = {
    "the answer breaks off, or its head cannot be read": RIGHT_UNKNOWN,
    "the connection ends before the request was read": UNREAD,
    "an upload is answered before it was read": EARLY,
    "silence, and answers that dribble for ever": STALLING,
    "odd and allowed: slow, in pieces, packed, closed afterwards": HARMLESS,
    "whole, and not what is documented": UNREADABLE,
    "too large for any memory": BOMBS,
    "another status, with and without a pause that is asked for": STATUSES,
}
KINDS: Final = [kind for kinds in GROUPS.values() for kind in kinds]

TYPICAL: Final = frozenset(
    {
        "closed after it was carried out",
        "reset in the body",
        "closed after the headers of the request",
        "silence after it was carried out",
        "a response in fifty pieces",
        "closed once answered",
        "gzip that is cut off",
        "JSON that is cut off, with its length",
        "another document",
        "a web page",
        "429",
        "429, Retry-After: 3600",
        "500",
        "502 after it was carried out",
        "503",
        "401",
        "404",
        "302 to another host",
    }
)
"""The faults that are tried at every call."""
