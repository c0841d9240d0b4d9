"""Generates the tables of the README and docs from the declarations; --check only compares."""

import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from prompts.library import read_prompts
from server.coverage import coverage_page as coverage_page
from server.guards.scope import offers
from server.hosts.links import hosts, links
from server.hosts.plugin import commands as plugin_commands
from tools.kit.platform import ToolSource
from tools.kit.toolset import Effect, Tool
from tools.platforms import PLATFORMS
from tools.trackers.source import trackers

ROOT = Path(__file__).parent.parent

MEANINGS = {
    "TESTDESK_CONSENT": "`ask` (default): a person is asked through the client. `client`: weaker, see Consent; "
    "`testdesk.toml` can choose for each effect",
    "TESTDESK_CONFIG": "Configuration file to read; default `testdesk.toml` in `testdesk/` of the user's configuration "
    "directory, if it exists",
    "TESTDESK_TOOLSETS": "Tools to list: `auto` (default), `all`, `triage`, `planning`, `reporting`, platforms, "
    "`platform:subject`, names, comma-separated; `-` before one leaves it out",
    "TESTDESK_HTTP_KEY": "Key that HTTP clients send; made anew and shown at each start where it is not set",
    "TESTDESK_PEOPLE": "File of people, `[people.NAME]`, who share a server over HTTP: rights, digests of keys, own "
    "credentials; see docs/team.md",
    "TESTDESK_ISSUER": "Address of the identity provider whose access tokens are taken over HTTP",
    "TESTDESK_RESOURCE": "The server's own address, for which such tokens are issued",
    "TESTDESK_STATE_KEYS": "Keys that seal questions and sessions in all processes, one a line, the first seals; "
    "best as `TESTDESK_STATE_KEYS_FILE`",
    "TESTDESK_HEADER_CREDENTIALS": "`1`: people may send their own credentials of platforms in headers",
    "TESTDESK_LOG": "`text` (default), or `json`: one JSON object a line on standard error, with one for each call",
    "TESTDESK_OUTPUT_SCHEMAS": "`1` publishes the schema of each answer too; costs every conversation tokens",
    "TESTDESK_GREETER": "`0`: no list comes from a record at the start; `1`: lists do in a checkout too",
    "TESTDESK_ATTACHMENT_HOSTS": "Hosts to fetch pictures from and to send builds and apps to, in place of the "
    "vendor's own, comma-separated; `.example.com` means below it",
    "TESTDESK_ANSWER_CHARACTERS": "Characters that an answer has at most; default 18000",
    "TESTDESK_PICTURE_BYTES": "Base64 bytes that a picture has at most; default 1000000",
    "TESTDESK_ANSWER_BYTES": "Base64 bytes that all pictures of an answer have at most; default 4000000",
    "TESTDESK_UPLOAD_DIRS": "Directories whose files may be uploaded, separated as in `PATH`; unset: no file at all",
    "TESTDESK_STORE": "File of the ledger, approvals, budgets and events, or a database for several machines, "
    "`postgresql://...`; default `testdesk.sqlite3` in `testdesk/` of the user's data directory, in memory for a "
    "sandbox",
    "TESTDESK_STORE_FILE": "File that holds what `TESTDESK_STORE` would, when there is a password in it",
    "TESTDESK_ALLOW_HTTP": "Hosts to which a credential may travel over plain HTTP, comma-separated; unset: none",
}


def markdown_table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table."""
    head = list(head)
    lines = [head, ["---"] * len(head), *map(list, rows)]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def asks(tool: Tool) -> str:
    """Whether a tool asks the user first."""
    if not tool.asks:
        return ""
    return "where it is not harmless" if tool.effect is Effect.WRITES or tool.unasked_when is not None else "yes"


def tools_of(platform: ToolSource) -> str:
    """The table of a platform's tools."""
    rows = [
        (
            f"`{platform.name_of(tool)}`",
            f"`{platform.key}:{tool.subject}`",
            tool.effect.value,
            asks(tool),
            " ".join(tool.sentence.split("\n")[0].split()),
        )
        for tool in sorted(platform.tools, key=lambda tool: tool.name)
    ]
    return f"## {platform.title}\n\n" + markdown_table(("tool", "subject", "effect", "asks", "description"), rows)


def tools() -> str:
    """The table of platforms with their numbers of tools by effect."""
    effects = list(Effect)
    rows = []
    for offer in (*offers(PLATFORMS), trackers):
        counts = [str(sum(tool.effect is effect for tool in offer.tools) or "") for effect in effects]
        asking = str(sum(tool.asks for tool in offer.tools) or "")
        rows.append((offer.title, str(len(offer.tools)), *counts, asking, str(len(offer.resources) or "")))
    head = ("", "tools", *(effect.value for effect in effects), "may ask", "resource templates")
    return markdown_table(head, rows)


def tools_page() -> str:
    """docs/tools.md: all tools, by platform."""
    head = (
        "# Tools\n\nGenerated by `make reference`, checked in CI. The README tells what an effect means, and how\n"
        "`TESTDESK_TOOLSETS` takes a subject."
    )
    return "\n\n".join((head, *map(tools_of, (*offers(PLATFORMS), trackers)))) + "\n"


def resources() -> str:
    """All pages."""
    rows = [(f"`{p.key}://{r.template}`", r.sentence.split("\n")[0]) for p in PLATFORMS for r in p.resources]
    return markdown_table(("resource", "description"), rows)


def prompts() -> str:
    """All prompts."""
    rows = [(f"`{p.name}`", p.description, ", ".join(f"`{a.name}`" for a in p.arguments)) for p in read_prompts()]
    return markdown_table(("prompt", "description", "arguments"), rows)


def environment() -> str:
    """All variables."""
    rows: list[tuple[str, str]] = []
    for platform in PLATFORMS:
        rows += [(f"`{c.variable}`, `{c.variable}_FILE`", f"Credential, {c.where}") for c in platform.credentials]
        address = platform.address
        rows.append((f"`{address.variable}`", f"{address.meaning}; default `{address.default}`"))
        rows += [(f"`{s.variable}`", s.meaning) for s in platform.settings]
    rows += [(f"`{name}`", meaning) for name, meaning in MEANINGS.items()]
    return markdown_table(("variable", "description"), rows)


PARTS: dict[str, Callable[[], str]] = {
    "tools": tools,
    "resources": resources,
    "prompts": prompts,
    "environment": environment,
}


INSTALLING: dict[str, Callable[[], str]] = {"links": links, "hosts": hosts}
"""The parts of the page on installing."""


def regenerate(text: str) -> str:
    """A page with each generated part between its markers replaced."""
    for name, make in (PARTS | INSTALLING).items():
        begin, end = f"<!-- begin {name} (generated) -->", f"<!-- end {name} -->"
        pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
        text = pattern.sub(lambda _, b=begin, e=end, m=make: f"{b}\n{m()}\n{e}", text)  # type: ignore[misc]  # bound now
    return text


def write(*, check: bool) -> int:
    """Write the generated parts, or with `check` list those that are out of date; 1 if any is."""
    if not (ROOT / "docs").is_dir():
        sys.stderr.write("testdesk reference: this is for a checkout; an installed testdesk has no pages to write\n")
        return 1
    stale = []
    docs = ROOT / "docs"
    pages: list[tuple[Path, Callable[[str], str]]] = [
        (ROOT / "README.md", regenerate),
        (docs / "install.md", regenerate),
        (docs / "tools.md", lambda _: tools_page()),
        (docs / "coverage.md", lambda _: coverage_page(PLATFORMS)),
    ]
    plugin = ROOT / "examples" / "claude-plugin" / "commands"
    for name, command in plugin_commands().items():
        pages.append((plugin / name, lambda _, command=command: command))  # type: ignore[misc]  # bound now
    for page, make in pages:
        text = page.read_text(encoding="utf-8") if page.exists() else ""
        new = make(text)
        if new != text:
            stale.append(page.name)
            if not check:
                page.write_text(new, encoding="utf-8")
    if check and stale:
        print(f"testdesk reference: {', '.join(stale)} out of date; run `make reference`", file=sys.stderr)  # noqa: T201
        return 1
    return 0
