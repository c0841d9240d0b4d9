"""How a client opens a conversation: the requests whose answers are known in advance. Standard library only.

Whatever is not certain to be valid is not recognized, and left to the server.
"""

from __future__ import annotations

TYPE_CHECKING = False  # as of typing, whose import takes most of the time that an answer takes
if TYPE_CHECKING:
    from typing import Any, Final

try:  # `json` itself imports `re`, which takes longer than everything that is done here
    from _json import make_scanner
except ImportError:  # pragma: no cover - another Python than CPython
    from json.scanner import make_scanner

MODERN: Final = "2026-07-28"
HANDSHAKES: Final = ("2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05")
LISTS: Final = ("tools/list", "resources/list", "resources/templates/list", "prompts/list")
DISCOVER: Final = "server/discover"
PREFIX: Final = "io.modelcontextprotocol/"
VERSION, CLIENT, CAPABILITIES = f"{PREFIX}protocolVersion", f"{PREFIX}clientInfo", f"{PREFIX}clientCapabilities"
TOKEN: Final = {"progressToken"}
ENVELOPE: Final = {VERSION, CLIENT, CAPABILITIES}
FIELDS: Final = {"jsonrpc", "id", "method", "params"}
NAMED: Final = {"name", "version", "title", "description", "websiteUrl"}
FREE: Final = {"experimental", "extensions"}
TREES: Final = {"sampling", "elicitation", "tasks"}
LONGEST: Final = 16 * 1024
"""Characters of a line that may be recognized."""


class Session:
    """Who asks, in so far as answers depend on it; and the parameters that say so."""

    def __init__(self, client: str, revision: str, capabilities: dict[str, Any], params: dict[str, Any]) -> None:
        self.client, self.revision, self.params = client, revision, params
        self.extensions = repr(sorted(capabilities.get("extensions", {}).items()))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Session) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    @property
    def _key(self) -> tuple[str, str, str]:
        return self.client, self.revision, self.extensions


class Step:
    """A recognized message: a request for one recorded answer, a ping, or a notification."""

    def __init__(self, method: str, identifier: int | str | None, session: Session, era: str) -> None:
        self.method, self.identifier, self.session, self.era = method, identifier, session, era


class Opening:
    """The conversation so far."""

    def __init__(self) -> None:
        self.era = ""
        """"handshake" or "modern", once a request has decided it."""
        self.session: Session | None = None

    def recognize(self, message: Any) -> Step | None:
        """What a message is in this conversation; None where its answer is not known."""
        if type(message) is not dict or message.get("jsonrpc") != "2.0":
            return None
        method, params, identifier = message.get("method"), message.get("params", {}), message.get("id")
        if message.keys() - FIELDS or type(params) is not dict or type(method) is not str:
            return None
        if "id" not in message:
            is_greeted = method == "notifications/initialized" and self.era == "handshake" and not params
            return Step(method, None, self.session, self.era) if is_greeted and self.session else None
        if identifier is None or not _is_plain(identifier):
            return None
        if method == "initialize":
            return None if self.era else _handshake(method, identifier, params)
        meta = params.get("_meta", {})
        if params.keys() - {"_meta"} or type(meta) is not dict or not _is_plain(meta.get("progressToken", 0)):
            return None
        if self.era == "handshake" and self.session is not None:
            is_known = method in LISTS or method == "ping"
            return Step(method, identifier, self.session, self.era) if is_known and not meta.keys() - TOKEN else None
        if method not in (*LISTS, DISCOVER) or meta.get(VERSION) != MODERN or meta.keys() - TOKEN != ENVELOPE:
            return None
        client, capabilities = meta[CLIENT], meta[CAPABILITIES]
        if not (_is_client(client) and _is_capabilities(capabilities)):
            return None
        meta = {name: meta[name] for name in ENVELOPE}
        session = Session(client["name"], MODERN, capabilities, meta)
        # A probe decides nothing: a handshake may follow it.
        return Step(method, identifier, session, self.era if method == DISCOVER else "modern")

    def commit(self, step: Step) -> None:
        """Go on from a message that was answered."""
        self.era = step.era
        if step.era:
            self.session = step.session


def _handshake(method: str, identifier: int | str, params: dict[str, Any]) -> Step | None:
    if params.keys() != {"protocolVersion", "capabilities", "clientInfo"}:
        return None
    revision, capabilities, client = params["protocolVersion"], params["capabilities"], params["clientInfo"]
    if revision not in HANDSHAKES or not (_is_client(client) and _is_capabilities(capabilities)):
        return None
    return Step(method, identifier, Session(client["name"], revision, capabilities, params), "handshake")


def _is_plain(identifier: Any) -> bool:
    """Whether an id is written in one way only."""
    if type(identifier) is int:
        return abs(identifier) < 2**53
    is_text = type(identifier) is str and len(identifier) <= 100
    return is_text and identifier.isascii() and identifier.isprintable() and not set(identifier) & {'"', "\\"}


def _is_client(client: Any) -> bool:
    if type(client) is not dict or client.keys() - NAMED - {"icons"} or not client.keys() >= {"name", "version"}:
        return False
    icons = client.get("icons", [])
    return (
        all(type(value) is str for name, value in client.items() if name != "icons")
        and type(icons) is list
        and all(_is_icon(icon) for icon in icons)
    )


def _is_icon(icon: Any) -> bool:
    if type(icon) is not dict or icon.keys() - {"src", "mimeType", "sizes"} or "src" not in icon:
        return False
    sizes = icon.get("sizes", [])
    is_text = all(type(value) is str for name, value in icon.items() if name != "sizes")
    return is_text and type(sizes) is list and all(type(size) is str for size in sizes)


def _is_capabilities(given: Any) -> bool:
    if type(given) is not dict or given.keys() - FREE - TREES - {"roots"}:
        return False
    roots, form = given.get("roots", {}), given.get("elicitation")
    if type(form) is dict and form.get("form") in ({"applyDefaults": True}, {"applyDefaults": False}):
        given = {**given, "elicitation": {**form, "form": {}}}
    return (
        type(roots) is dict
        and not roots.keys() - {"listChanged"}
        and all(type(value) is bool for value in roots.values())
        and all(type(given.get(name, {})) is dict for name in FREE)
        and all(type(value) is dict for name in FREE for value in given.get(name, {}).values())
        and all(_is_tree(given.get(name, {})) for name in TREES)
    )


def _is_tree(node: Any) -> bool:
    return type(node) is dict and all(_is_tree(child) for child in node.values())


def parse(line: bytes) -> Any:
    """The message in a line; None where another parser could read it differently."""
    if len(line) > LONGEST or b"\\u" in line:  # half a surrogate pair is valid for this parser only
        return None
    try:
        text = line.decode().strip(" \t\r\n")
        message, end = SCAN(text, 0)
    except (ValueError, StopIteration, RecursionError):
        return None
    return message if end == len(text) else None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _refuse(_: str) -> Any:
    raise ValueError


class _Rules:
    strict = True
    object_hook = None
    object_pairs_hook = staticmethod(_unique)
    parse_float = float
    parse_int = int
    parse_constant = staticmethod(_refuse)
    memo: Final[dict[str, str]] = {}


SCAN: Final[Any] = make_scanner(_Rules())  # type: ignore[arg-type]  # typed as if it took a scanner
