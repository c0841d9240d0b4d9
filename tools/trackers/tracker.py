"""How a tracker is declared: mostly data, and the few functions in which trackers differ."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import httpx

from tools.kit.defect import Defect, Level
from tools.kit.errors import PlatformError, Refused, UnexpectedShape
from tools.kit.failures import FailureContext
from tools.kit.leaving import Content as Body
from tools.kit.network import Account
from tools.kit.request import QueryParams
from tools.trackers.document import Render

Source = Literal["D", "C", "D2", "I", "R"]
"""Where a fact comes from: documented, seen in the code of a client or server, documented second-hand, inferred,
recalled."""

LABEL: Final = "testio"
"""The one label of all issues that are handed over, where a tracker is searched by label."""


@dataclass(frozen=True)
class Option:
    """A setting in a tracker's section of the configuration file."""

    name: str
    meaning: str
    is_required: bool = True
    default: str = ""
    sandbox: str = ""
    """Its value in a sandbox."""


@dataclass(frozen=True)
class Secret:
    """A credential; the section names a file or a variable that holds it."""

    name: str
    where: str
    """Where a person finds it in the tracker."""
    is_required: bool = True


@dataclass(frozen=True)
class Send:
    """One request that changes something, as data."""

    method: str
    path: str
    body: Any = None
    """JSON."""
    query: QueryParams = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    content: Body | None = None
    """In place of JSON: a form or raw bytes."""


@dataclass(frozen=True)
class Created:
    """An issue, by its id in requests, the key that people use, and its page."""

    id: str
    key: str
    url: str


@dataclass(frozen=True)
class Found:
    """An issue that has the marker, and whether it is open; None: the answer does not show it."""

    issue: Created
    is_open: bool | None = None


@dataclass(frozen=True)
class State:
    """An issue as it is now; `word` is the tracker's own for its status."""

    issue: Created
    title: str
    is_open: bool | None
    word: str


@dataclass(frozen=True)
class Who:
    """Whose credential it is."""

    name: str
    may: str = ""
    """What it may do, as far as the tracker says; a sentence."""


@dataclass(frozen=True)
class Problem:
    """A failure that a tracker answers with a status of success."""

    words: str
    """The tracker's reason."""
    status: int = 400
    """The status that it stands for."""
    wait: float | None = None
    """Seconds that the tracker asks to wait."""


@dataclass(frozen=True)
class Choice:
    """A value that a setting can have, with the name that people know it by."""

    option: str
    value: str
    name: str = ""


@dataclass(frozen=True)
class Draft:
    """An issue as it would be: everything that a request is made of."""

    title: str
    text: Any
    """The rendered document: a text, or JSON where the tracker's format is JSON."""
    marker: str
    level: Level
    severity: str
    """The tracker's word for the severity; empty: none is set."""
    labels: Sequence[str]
    link: str
    """The defect's page; empty if it has none."""
    resolved: Mapping[str, Any] = field(default_factory=dict)
    """What `resolve` has read, such as the ids of names."""


@dataclass(frozen=True)
class Setup:
    """One tracker of the operator's, with its settings; holds no secret."""

    name: str
    """The operator's."""
    tracker: "Tracker"
    base_url: str
    values: Mapping[str, str] = field(default_factory=dict)
    labels: Sequence[str] = ()
    severities: Mapping[str, str] = field(default_factory=dict)
    """The operator's words for a platform's severities; they come before the tracker's own."""
    uploads: bool = False

    def __getitem__(self, option: str) -> str:
        """The value of an option; empty where it has none."""
        return self.values.get(option, "")

    @property
    def container(self) -> str:
        """Where issues are created, for people, such as `acme/shop`."""
        return " ".join(filter(None, (self[name] for name in self.tracker.container)))

    @property
    def place(self) -> str:
        """What tells this container from every other one of any tracker."""
        return f"{self.tracker.key} {self.base_url} {self.container}"

    def severity(self, defect: Defect) -> str:
        """The tracker's word for the severity of a defect; empty where it has no such field."""
        own = self.severities.get(defect.severity) or self.severities.get(defect.level)
        return own if own is not None else self.tracker.severities.get(defect.level, "")


@dataclass(frozen=True)
class Op:
    """One operation of a tracker: its function, the requests that it makes, and where that is known from."""

    function: Callable[..., Any]
    routes: tuple[str, ...]
    """Method and path below the tracker's address, as the fake API declares them."""
    source: Source


@dataclass(frozen=True)
class Absent:
    """An operation that a tracker does not have, with the reason as a sentence."""

    why: str


@dataclass(frozen=True)
class Limits:
    """Lengths in characters; the rest of a text is cut, with a link to the whole."""

    title: int = 255
    text: int = 30_000
    file: int | None = None
    """Bytes of one file."""


OPERATIONS: Final = ("check", "choices", "find", "create", "read", "comment", "attach", "close")


@dataclass(frozen=True)
class Tracker:
    """A tracker: what it is, and its operations.

    The function of each operation takes a `TrackerClient` first, which has the `setup`. Two are pure: that of `create`
    takes a draft and a setup and returns what is sent, `read_created` takes the answer and a setup.
    """

    key: str
    title: str
    docs: str
    address: str
    """The base address; `{url}` and other options in braces are replaced by their values."""
    options: tuple[Option, ...]
    secrets: tuple[Secret, ...]
    container: tuple[str, ...]
    """The options that say where an issue is created."""
    auth: Callable[[Account, Setup], httpx.Auth]
    render: Callable[[Setup], Render]
    """The renderer of the tracker's format, which a setting may choose."""
    mount: str
    """Where its fake API is mounted in the sandbox."""
    check: Op
    """`(api) -> Who`: whose credential it is.

    Raises:
        Unauthorized: also where the tracker answers as if nobody in particular had asked.
    """
    choices: Op
    """`(api) -> list[Choice]`: the containers and types to choose from."""
    find: Op
    """`(api, marker) -> Found | None`: the issue that has the marker; None only after all that can have it was read."""
    create: Op
    """`(draft, setup) -> Send`"""
    read_created: Callable[[Any, Setup], Created]
    read: Op
    """`(api, id) -> State`: takes an issue's id or the key that people use."""
    comment: Op
    """`(api, id, text) -> None`: text is a rendered document."""
    attach: Op | Absent
    """`(api, id, content) -> None`"""
    close: Op | Absent
    """`(api, id) -> None`"""
    resolve: Op | None = None
    """`(api, draft) -> Mapping[str, Any]`: reads the ids of names, which `create` finds in `draft.resolved`."""
    finish: Op | None = None
    """`(api, issue, draft) -> None`: what the tracker needs after the creation; repeated until it succeeds once."""
    render_comment: Callable[[Setup], Render] | None = None
    """The renderer of comments, where they have another format than issues."""
    audience: Op | None = None
    """`(api) -> str`: who can read issues there, as a sentence; empty where it does not say."""
    severities: Mapping[Level, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    """Sent with every request."""
    marks_titles: bool = False
    """Whether a title ends with the marker, which it does where titles alone are searched: not if an option
    `marker_field` gives the marker a place of its own."""
    takes_labels: bool = True
    """Whether its issues can have labels, or something like them, that a create sets."""
    limits: Limits = Limits()
    is_exact: bool = False
    """Whether `find` asks for the marker exactly, in what creates have written; otherwise it reads lists."""
    lag_seconds: float = 0.0
    """How long a created issue may be missing from what `find` reads."""
    is_idempotent: bool = False
    """Whether the tracker itself refuses or ignores a second create with the same marker."""
    per_second: float | None = None
    """Requests per second, where the tracker has a limit that batches reach."""
    problem: Callable[[Any], "str | Problem"] | None = None
    """Reads an answer of status 200: the tracker's reason if it is a failure, else an empty text.

    A write that may have happened is no refusal: it is a `Problem` of status 500.
    """
    words: Callable[[Any], str] | None = None
    """Reads the tracker's reason from an error's JSON, where it has names of its own; empty: it has the usual ones."""
    failure: Callable[[FailureContext], PlatformError | None] | None = None
    """The error for a status that means something else here; None: as on most platforms."""
    storage: tuple[str, ...] = ()
    """Hosts to which the tracker may have files sent; `.example.com` stands for those below it too."""
    signed_out: frozenset[int] = frozenset()
    """Statuses of success that mean that the credential was not taken."""
    shut_down: str = ""
    """A sentence, for a tracker that no longer exists."""

    @property
    def operations(self) -> dict[str, "Op | Absent"]:
        """Every operation, by its name."""
        return {name: getattr(self, name) for name in OPERATIONS}


def no_longer_exists(key: str, title: str, docs: str, sentence: str) -> Tracker:
    """The declaration of a tracker that was shut down: it takes nothing, and each operation is its sentence."""

    def refuse(*_: Any) -> Any:
        raise Refused(sentence)

    gone = Op(refuse, (), "D")
    return Tracker(
        key=key,
        title=title,
        docs=docs,
        address="",
        options=(),
        secrets=(),
        container=(),
        auth=lambda account, setup: httpx.Auth(),
        render=refuse,
        mount=f"/trackers/{key}",
        check=gone,
        choices=gone,
        find=gone,
        create=gone,
        read_created=refuse,
        read=gone,
        comment=gone,
        attach=Absent(sentence),
        close=Absent(sentence),
        shut_down=sentence,
    )


def wanting(setup: Setup, option: str) -> Refused:
    """The refusal of what needs a setting that is not there."""
    return Refused(
        f"{setup.name} has no {option}. `testdesk tracker check {setup.name}` lists what to choose from; it goes into "
        f"[trackers.{setup.name}] of the configuration file."
    )


def text_of(value: Any) -> str:
    """A value of an answer as a text; ids may be numbers or texts."""
    return "" if value is None or isinstance(value, bool | dict | list) else str(value).strip()


def at(answer: Any, *path: str | int) -> Any:
    """A value inside an answer; None where any step is missing."""
    for step in path:
        if isinstance(step, int):
            answer = answer[step] if isinstance(answer, list) and -len(answer) <= step < len(answer) else None
        else:
            answer = answer.get(step) if isinstance(answer, dict) else None
    return answer


def listing(answer: Any, *path: str | int) -> list[dict[str, Any]]:
    """The objects of a list that an answer must have, for lookups: without it, nothing is known.

    Raises:
        UnexpectedShape: when it is not there; null is an empty list.
    """
    found = at(answer, *path)
    if path and found is None:
        before = at(answer, *path[:-1])
        found = [] if isinstance(before, dict) and path[-1] in before else None
    if not isinstance(found, list):
        raise UnexpectedShape("The answer has no list of what was asked for, so whether the issue exists is not known.")
    return [one for one in found if isinstance(one, dict)]


def rows(answer: Any, *path: str | int) -> list[dict[str, Any]]:
    """The objects of a list inside an answer; a bare object counts as a list of one."""
    found = at(answer, *path) if path else answer
    found = [found] if isinstance(found, dict) else found
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
