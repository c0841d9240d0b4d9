"""A stranger's text stays a text in every format, wherever it is."""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tools.trackers.rendered import parts_of, read_adf, read_html, read_markdown, read_notion
from tools.trackers.document import Block, Bullets, Code, Document, Heading, Link, Numbered, Paragraph, Quote, Table
from tools.trackers.markup import adf, html, markdown, notion, plain, textile, wiki

GOLDEN: Final = Path(__file__).parent / "golden"
LINK: Final = "https://app.test.io/bugs/88101"
FORMATS: Final[dict[str, Callable[[Document], Any]]] = {
    "md": markdown.render,
    "adf.json": adf.render,
    "html": html.render,
    "textile": textile.render,
    "wiki": wiki.render,
    "notion.json": notion.render,
    "txt": plain.render,
}

HOSTILE: Final = (
    "@octocat please, @org/team and cc: @all (@bob) a@b.example",
    "Fixes #1, closes owner/repo#2, GH-3, gh-4, !5, &6, ~7, %8, [issue:9], PROJ-10, r11",
    "deadbeef, 0123456789abcdef0123456789abcdef01234567 and owner/repo@deadbee",
    "/close\n/assign @bob\n /label ~bug\n\n/spend 1h",
    "```\n/close\n@bob\n```\n````\n~~~\n/close\n~~~",
    "{{ticket.id}} {% raw %} {{{toc}}} {{>toc}} !{{x}}",
    "<script>alert(1)</script><img src=x onerror=alert(1)><!-- x --><b>&lt;i&gt;&amp;&#64;bob&commat;</b>",
    "</p></td></table></pre></blockquote></notextile></code><br>",
    "{code}\n{noformat}\n{quote}\n{color:red}red{color} {panel} [~bob] [^file] !image.png! h1. x (y) :) ??cite??",
    "h1. title\nbq. quote\np(x#y). text\ntable. \nfn1. note\nh2. more",
    '"text":https://evil.example "text":javascript:alert(1) !https://evil.example/x.png! ==raw== @code@ <notextile>x',
    "[text](https://evil.example) ![image](https://evil.example/x.png) [a][b] [b]: https://evil.example [[page|x]]",
    "[x](javascript:alert(1)) javascript:alert(1) <javascript:alert(1)> <https://evil.example> <a@b.example>",
    "https://evil.example/a_b*c*?d=e&copy=f#1. (https://evil.example/x), http://a.example/@bob/#2 www.a.example/_a_",
    "https://github.com/owner/repo/issues/1 HTTPS://GitHub.com/owner/repo/pull/2",
    "| a | b |\n| --- | --- |\n| c\\| | d |\n:--\na | b\n:--",
    "*bold* _em_ __b__ ~~s~~ -del- +ins+ ^sup^ ~sub~ %span% `code` ``c``d`` $x$ $$y$$ snake_case_name _x_y_ a__b__c",
    "# a\n## b\n- c\n* d\n+ e\n1. f\n2) g\n* * *\n---\n***\n___\n===\n> h\n>>> i\n#. j",
    "title\n===\ntitle\n---\ntitle\n-",
    "    indented\n\tindented\n  \tindented\n\u00a0x",
    "ends in a backslash \\\nand \\\\ again \\",
    "- [ ] task\n[x] task\n[^1] note[1]\n[!NOTE]",
    ":tada: :+1: 12:30:45 a:b:c x%x% :redsh#1: <redpre#0>",
    "&amp; &copy; &#35;1 &nbsp &x; AT&T",
    "one\n\n\n\ntwo\r\nthree\rfour\u2028five",
    "zero\u200bwidth \u202eright to left\u202c nul\x00 bell\x07 del\x7f \ud800 \u0002i9:mark\u0003",
    "Great!",
    "C#",
    "#",
    "*",
    " ",
    "\n",
    "`",
    "---\na: b\n---",
    ";;;\na\n;;;",
    "user:admin group:all commit:abc version:1.0 source:x attachment:y [[Wiki]] #note-3 ##4 document#5",
    "@bob@bob @bob#1 #1@bob GH-1@bob @bob`@bob @bob|@bob @bob\\@bob @bob{@bob (@bob),(@bob) [issue:1][issue:2]",
    "www.a.example[[x]] https://a.example/@bob[[x @bobhttps://a.example :a::b: [[[[ #1#2 deadbeef@bob @bob, @bob: https://a/%",
    "x" * 5_000,
)


def everywhere(text: str) -> Document:
    """A document with a text in each of its places."""
    link = Link(text, LINK)
    return [
        Paragraph([text]),
        Paragraph(["before ", Link("link", LINK), text]),
        Paragraph([text, link, text]) if text.strip() else Paragraph(["x"]),
        Heading(text),
        Numbered([[text], ["second"], [text]]),
        Bullets([["first"], [text]]),
        Bullets([[text], ["next list"]]),
        Table([(text, text), ("name", text)]),
        Code(text),
        Code(f"a\n{text}\nb"),
        Quote(text),
        Numbered([[text]]),
        Code(text),
        Quote(f"{text}\n\n{text}"),
        Paragraph(["testio-bug-88101"]),
    ]


def document() -> Document:
    """A document with each kind of block."""
    return [
        Paragraph(["The total is wrong: 3 * 2 = 5, see snake_case and `code`.\nSecond line by @octocat, as in #12."]),
        Heading("Steps"),
        Numbered([["Open ", Link("the cart", "https://shop.example/cart?a=1&copy=(2)"), "!"], ["Press <Pay>\n/close"]]),
        Heading("Error"),
        Code("Traceback | *x*\n\t/usr/bin {{ x }}\n```\n@octocat"),
        Table([("Browser", "Firefox | 132"), ("Language", "{code}\nde_DE")]),
        Bullets([["screenshot.png (image/png, 12 kB): attached"], ["- [ ] h1. not a task"]]),
        Quote("> Somebody\n\n[~bob] wrote *this*"),
        Paragraph(["Reported at test IO: ", Link(LINK, LINK)]),
        Paragraph(["testio-bug-88101"]),
    ]


def source_of(rendered: Any) -> str:
    """The text of a rendered document."""
    return rendered if isinstance(rendered, str) else json.dumps(rendered, indent=1, ensure_ascii=False)


each_text: Final = pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
each_format: Final = pytest.mark.parametrize("name", FORMATS)


@each_format
def test_a_document_is_rendered_as_on_record(name: str) -> None:
    """UPDATE_SNAPSHOTS=1 writes the record anew, so that a change shows in the diff."""
    file = GOLDEN / f"document.{name}"
    now = source_of(FORMATS[name](document())) + "\n"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        file.write_text(now, encoding="utf-8")
    assert now == file.read_text(encoding="utf-8")


@each_format
@each_text
def test_a_marker_is_a_plain_piece_of_every_rendered_text(name: str, text: str) -> None:
    for marker in ("testio-bug-88101", "testery-failure-0123456789ab", "testsigma-bug-abc-1-2"):
        source = source_of(FORMATS[name]([*everywhere(text), Paragraph([marker])]))
        assert marker in source
        assert re.search(rf"(?<![\w-]){marker}(?![\w-])", source)


@each_format
@each_text
def test_no_format_carries_what_cannot_be_seen(name: str, text: str) -> None:
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u200b\u202e\u2028\ud800]", source_of(FORMATS[name](everywhere(text))))


def check_markdown(document: Document) -> None:
    rendered = markdown.render(document)
    assert not re.search(r"^/", rendered, re.MULTILINE), "a quick action of GitLab"
    parts, addresses, pieces = read_markdown(rendered)
    assert parts == parts_of(document)
    assert all(re.match(r"https?://", address) for address in addresses)
    for piece in pieces:
        assert not ACTIVE.search(piece), piece


ACTIVE: Final = re.compile(
    r"(?<![A-Za-z0-9_])@\w|[#!&~%]\d|(?<!\w)(?i:gh)-\d|(?<![\w-])[0-9a-f]{7,40}(?![\w-])|(?<!\w)[A-Z]{2,}-\d+\b|\[\[|\[issue:"
)


@each_text
def test_markdown_keeps_a_text_as_it_is(text: str) -> None:
    check_markdown(everywhere(text))


@each_text
def test_markdown_without_tables_keeps_a_text_as_it_is(text: str) -> None:
    rendered = markdown.render_without_tables(everywhere(text))
    parts, _, _ = read_markdown(rendered)
    assert not [kind for kind, _ in parts if kind == "cell"]


@each_text
def test_html_keeps_a_text_as_it_is(text: str) -> None:
    parts, addresses = read_html(html.render(everywhere(text)))
    assert parts == parts_of(everywhere(text))
    assert set(addresses) == {LINK}


@each_text
def test_adf_keeps_a_text_as_it_is(text: str) -> None:
    parts, addresses = read_adf(adf.render(everywhere(text)))
    assert parts == parts_of(everywhere(text))
    assert set(addresses) == {LINK}


@each_text
def test_notion_keeps_a_text_as_it_is(text: str) -> None:
    parts, addresses = read_notion(notion.render(everywhere(text)))
    assert parts == parts_of(everywhere(text))
    assert set(addresses) == {LINK}


PIECES: Final = st.sampled_from(
    [*"\\`*_{}[]()#+-.!|<>~@/&$%^=:;\"' \n\t0aZé", "\n\n", "```", "~~~", "@bob", "#1", "a@b", "http://x/", "https://"]
)
TEXTS: Final = st.lists(PIECES | st.sampled_from(HOSTILE[:-1]) | st.text(max_size=3), max_size=9).map("".join)
LINKS: Final = st.builds(Link, TEXTS.map(lambda text: f"x{text}"), st.just(LINK))
LINES: Final = st.lists(TEXTS | LINKS, min_size=1, max_size=3)
BLOCKS: Final[st.SearchStrategy[Block]] = st.one_of(
    st.builds(Paragraph, LINES),
    st.builds(Heading, TEXTS),
    st.builds(Numbered, st.lists(LINES, min_size=1, max_size=3)),
    st.builds(Bullets, st.lists(LINES, min_size=1, max_size=3)),
    st.builds(Table, st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=3)),
    st.builds(Code, TEXTS),
    st.builds(Quote, TEXTS),
)


@settings(max_examples=120, deadline=None)
@given(st.lists(BLOCKS, max_size=4))
def test_any_document_is_read_back_from_markdown(blocks: Document) -> None:
    check_markdown(blocks)


@settings(max_examples=60, deadline=None)
@given(st.lists(BLOCKS, max_size=4))
def test_any_document_is_read_back_from_the_other_formats(blocks: Document) -> None:
    assert read_html(html.render(blocks))[0] == parts_of(blocks)
    assert read_adf(adf.render(blocks))[0] == parts_of(blocks)
    assert read_notion(notion.render(blocks))[0] == parts_of(blocks)


@each_text
def test_textile_leaves_no_character_of_its_markup_in_a_text(text: str) -> None:
    for block in (Paragraph([text]), Heading(text), Bullets([[text]]), Numbered([[text]]), Quote(text)):
        rendered = re.sub(r"(?m)^(?:h3\. |[#*] |> ?)", "", textile.render([block]))
        without = re.sub(r"https?://[\w./?=:-]+(?:&(?!#)[\w./?=:-]+)*|&#\d+;", "", rendered)
        assert not re.search(r"""[&<>"!#%()*+=@\[\]^{|}~\\]|(?<!\w)[-_]|[-_](?!\w)|^(?:h\d|bq|p|fn\d)\.""", without)
    assert len(re.findall(r"\|", textile.render([Table([(text, text)])]))) == 3


@each_text
def test_a_block_of_code_in_textile_ends_at_its_own_end(text: str) -> None:
    rendered = textile.render([Code(text)])
    inside = rendered.removeprefix("<pre>\n").removesuffix("\n</pre>")
    assert not re.search(r"<\s*/?\s*(?:pre|code|kbd|notextile)", inside, re.IGNORECASE)


@each_text
def test_wiki_markup_escapes_every_character_of_its_own(text: str) -> None:
    for block in (Paragraph([text]), Heading(text), Bullets([[text]]), Numbered([[text]])):
        rendered = re.sub(r"(?m)^(?:h3\. |[#*] )", "", wiki.render([block]))
        without = re.sub(r"https?://[\w./?=:-]+(?:&(?!#)[\w./?=:-]+)*|\\\\ |\\[^\s]|&#\d+;", "", rendered)
        assert not re.search(r"[\\{}\[\]*+^~|!#]|\?\?|(?<!\w)[-_]|[-_](?!\w)|^(?:h\d|bq)\.|&#?\w+;|[A-Z]-\d", without)
    cells = re.sub(r"\\\\ |\\[^\s]", "x", wiki.render([Table([(text, text)])]))
    assert re.fullmatch(r"\|\|[^|\n]+\|[^|\n]+\|", cells)


@pytest.mark.parametrize("text", ["{code}", "{noformat}", "{code}{noformat}", "{CODE:title=x}\n{NoFormat}\n@bob", "x"])
def test_a_block_of_code_in_wiki_markup_ends_at_its_own_end(text: str) -> None:
    rendered = wiki.render([Code(text)]).lower()
    for tag in ("{code", "{noformat"):
        unescaped = len(re.findall(rf"(?<!\\)\{tag}", rendered))
        assert unescaped in ({0} if not rendered.startswith("{") else {0, 1, 2})
        assert not rendered.startswith(tag) or unescaped == 2


@pytest.mark.parametrize("render", [html.render_for_zendesk, plain.render_for_zendesk])
@each_text
def test_zendesk_finds_no_placeholder(render: Callable[[Document], str], text: str) -> None:
    assert not re.search(r"\{[{%]", render(everywhere(text)))


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "data:text/html,x", "//evil.example", "ftp://x", "", "https://", " jAvAscript://x"],
)
@each_format
def test_an_address_of_another_kind_is_a_text(name: str, address: str) -> None:
    rendered = FORMATS[name]([Paragraph([Link("text", address), " after"])])
    assert rendered == FORMATS[name]([Paragraph([f"text ({address})", " after"])])


@pytest.mark.parametrize(
    "end", [*" )]>|\\\"'`<\n\t*^{}", "\u00e9", "&copy;", "](x)", "|x]", '" onclick="x', "%5D", "@b"]
)
def test_an_address_cannot_end_its_link(end: str) -> None:
    written = f"https://shop.example/a{end}b"
    blocks = [Paragraph(["before ", Link("text", written), " after"])]
    parts, [encoded] = read_html(html.render(blocks))
    assert parts == [("paragraph", "before text after")]
    assert re.fullmatch(r"[A-Za-z0-9%/:?#&=+@,;$._~-]+", encoded)
    assert read_adf(adf.render(blocks)) == (parts, [encoded])
    assert read_notion(notion.render(blocks)) == (parts, [encoded])
    assert f"[text|{encoded}]" in wiki.render(blocks)
    assert f'"text":{encoded} ' in textile.render(blocks)
    assert read_markdown(markdown.render(blocks))[:2] == (parts, [encoded])


def test_an_image_does_not_come_from_an_exclamation_mark_before_a_link() -> None:
    check_markdown([Paragraph(["Look!", Link("here", LINK)])])


def test_neighbouring_texts_cannot_join_into_a_mention() -> None:
    check_markdown([Paragraph(["by @", "octocat in #", "1"])])


def test_an_address_in_a_text_may_be_a_link_but_that_of_an_issue_is_not() -> None:
    rendered = markdown.render([Paragraph(["https://shop.example/a_b. https://github.com/o/r/issues/1"])])
    assert rendered == "<https://shop.example/a_b>. `https://github.com/o/r/issues/1`"


def test_a_fence_of_the_text_does_not_let_gitlab_see_a_command() -> None:
    """GitLab's pattern for a block of code ends it at the first line of three backticks."""
    rendered = markdown.render([Code("```\n/close\n\t/x\n```\n/close")])
    outside = re.sub(r"(?ms)^```.+?\n```$", "", rendered)
    assert not re.search(r"(?m)^/", outside)
    assert read_markdown(rendered)[0] == [("code", "```\n/close\n\t/x\n```\n/close")]


def test_notion_takes_blocks_in_chunks_of_a_hundred() -> None:
    blocks = notion.render([Numbered([[str(n)] for n in range(250)]), Table([("a", "b")] * 250), Code("x" * 250_000)])
    chunks = notion.chunks(blocks)
    assert [block for chunk in chunks for block in chunk] == blocks
    assert max(map(len, chunks)) == 100
    for chunk in chunks:
        assert len(json.dumps(chunk, ensure_ascii=False)) < 500_000
        assert all(len(block[block["type"]].get("children", ())) <= 100 for block in chunk)
        assert sum(1 + len(block[block["type"]].get("children", ())) for block in chunk) <= 1_000
    assert notion.chunks([]) == []


def test_notion_counts_a_character_beyond_the_first_plane_twice() -> None:
    parts, _ = read_notion(notion.render([Paragraph(["\U0001f41b" * 3_000])]))
    assert parts == [("paragraph", "\U0001f41b" * 3_000)]


@each_format
def test_a_document_without_blocks_is_rendered(name: str) -> None:
    assert source_of(FORMATS[name]([])) in {"", "[]", source_of({"type": "doc", "version": 1, "content": []})}
