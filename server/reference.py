"""The generated parts of a checkout: the README's tables, written from the declarations; --check only compares."""

import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from prompts.library import read_prompts
from server.coverage import page as coverage_page
from tools.kit.platform import Platform
from tools.kit.toolset import Effect, Tool
from tools.platforms import PLATFORMS

ROOT = Path(__file__).parent.parent

MEANINGS = {
    "TESTDESK_CONSENT": "`ask` (default): a person is asked through the client. `client`: weaker, see Consent",
    "TESTDESK_HTTP_KEY": "Key that HTTP clients send; made anew and shown at each start where it is not set",
    "TESTDESK_OUTPUT_SCHEMAS": "`1` publishes the schema of each answer too; costs every conversation tokens",
    "TESTDESK_ATTACHMENT_HOSTS": "Hosts to fetch pictures from, comma-separated; `.example.com` means below it",
    "TESTDESK_UPLOAD_DIRS": "Directories whose files may be uploaded, separated as in `PATH`; unset: no file at all",
}


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table."""
    head = list(head)
    lines = [head, ["---"] * len(head), *map(list, rows)]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def asks(tool: Tool) -> str:
    """Whether a tool asks a person first."""
    if tool.question is None:
        return ""
    return "where it is not harmless" if tool.effect is Effect.WRITES or tool.unasked_when is not None else "yes"


def tools_of(platform: Platform) -> str:
    """A platform's tools with what they do."""
    rows = [
        (f"`{platform.name_of(tool)}`", tool.effect.value, asks(tool), " ".join(tool.sentence.split("\n")[0].split()))
        for tool in sorted(platform.tools, key=lambda tool: tool.name)
    ]
    return f"### {platform.title}\n\n" + table(("tool", "effect", "asks a person", "what it does"), rows)


def tools() -> str:
    """All tools, platform by platform."""
    return "\n\n".join(tools_of(platform) for platform in PLATFORMS)


def resources() -> str:
    """All pages."""
    rows = [
        (f"`{p.key}://{r.template}`", (r.function.__doc__ or "").strip().split("\n")[0])
        for p in PLATFORMS
        for r in p.resources
    ]
    return table(("resource", "what it is"), rows)


def prompts() -> str:
    """All prompts."""
    rows = [(f"`{p.name}`", p.description, ", ".join(f"`{a.name}`" for a in p.arguments)) for p in read_prompts()]
    return table(("prompt", "what it is for", "arguments"), rows)


def environment() -> str:
    """All variables."""
    rows: list[tuple[str, str]] = []
    for platform in PLATFORMS:
        rows += [(f"`{c.variable}`, `{c.variable}_FILE`", f"Credential, {c.where}") for c in platform.credentials]
        address = platform.address
        rows.append((f"`{address.variable}`", f"{address.meaning}; default `{address.default}`"))
        rows += [(f"`{s.variable}`", s.meaning) for s in platform.settings]
    rows += [(f"`{name}`", meaning) for name, meaning in MEANINGS.items()]
    return table(("variable", "what it says"), rows)


PARTS: dict[str, Callable[[], str]] = {
    "tools": tools,
    "resources": resources,
    "prompts": prompts,
    "environment": environment,
}


def written(text: str) -> str:
    """A page with each generated part between its markers made anew."""
    for name, make in PARTS.items():
        begin, end = f"<!-- begin {name} (generated) -->", f"<!-- end {name} -->"
        pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
        text = pattern.sub(lambda _, b=begin, e=end, m=make: f"{b}\n{m()}\n{e}", text)  # type: ignore[misc]  # bound now
    return text


def write(*, check: bool) -> int:
    """Write the generated parts, or with `check` say which are out of date; 1 when any is."""
    if not (ROOT / "docs" / "operations").is_dir():
        sys.stderr.write("testdesk reference: this is for a checkout; an installed testdesk has no pages to write\n")
        return 1
    stale = []
    readme, coverage = ROOT / "README.md", ROOT / "docs" / "coverage.md"
    for page, make in ((readme, written), (coverage, lambda _: coverage_page(PLATFORMS))):
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
