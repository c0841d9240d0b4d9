"""An issue says all of a defect, in order, and fits a tracker's limit."""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import pytest

from tests.tools.trackers.rendered import parts_of
from tools.kit.defect import Defect, DefectFile, bug_marker, failure_marker
from tools.trackers.document import Code, Document, Heading, Paragraph
from tools.trackers.issue_text import fit, issue_document, title_of
from tools.trackers.markup import adf, html, markdown, notion, plain, textile, wiki

LINK: Final = "https://app.test.io/bugs/88101"
BUG: Final = Defect(
    platform="testio",
    title_of_platform="test IO",
    item="88101",
    kind="bug",
    marker=bug_marker("testio", 88101),
    title="The total is wrong",
    level="high",
    severity="visual",
    link=LINK,
    description="The total ignores the discount.",
    steps=["Open the cart", " ", "Press Pay"],
    expected="42",
    actual="43",
    error="AssertionError: 43",
    output="a\nb",
    facts=[("Device", "Pixel 9"), ("Browser", "")],
    files=[
        DefectFile("a.png", "image/png", 12_345),
        DefectFile("https://files.test.io/x/b%20c.mp4?X-Amz-Signature=secret", "video/mp4", 2_500_000),
        DefectFile(""),
    ],
)
RENDERERS: Final[list[Callable[[Document], Any]]] = [
    module.render for module in (markdown, adf, html, textile, wiki, notion, plain)
]
each_format: Final = pytest.mark.parametrize(
    "render", RENDERERS, ids=["markdown", "adf", "html", "textile", "wiki", "notion", "plain"]
)


def size_of(rendered: Any) -> int:
    return len(text_of(rendered))


def text_of(rendered: Any) -> str:
    return rendered if isinstance(rendered, str) else json.dumps(rendered, ensure_ascii=False, separators=(",", ":"))


def test_a_bug_is_described_in_order() -> None:
    assert parts_of(issue_document(BUG, uploaded={0})) == [
        ("paragraph", "The total ignores the discount."),
        ("heading", "Steps"),
        ("numbered", "Open the cart"),
        ("numbered", "Press Pay"),
        ("heading", "Expected"),
        ("paragraph", "42"),
        ("heading", "Actual"),
        ("paragraph", "43"),
        ("heading", "Error"),
        ("code", "AssertionError: 43"),
        ("heading", "Output"),
        ("code", "a\nb"),
        ("heading", "Environment"),
        ("cell", "Severity"),
        ("cell", "visual"),
        ("cell", "Device"),
        ("cell", "Pixel 9"),
        ("heading", "Files"),
        ("bullet", "a.png (image/png, 12 kB): attached"),
        ("bullet", "b%20c.mp4 (video/mp4, 2.5 MB): at the bug's page"),
        ("bullet", "unnamed: at the bug's page"),
        ("paragraph", f"Reported at test IO: {LINK}"),
        ("paragraph", "testio-bug-88101"),
    ]


def test_what_a_defect_does_not_have_is_left_out() -> None:
    bare = Defect("testery", "Testery", "7/8", "failure", failure_marker("testery", "t", "e"), "", "normal")
    assert parts_of(issue_document(bare)) == [
        ("heading", "Environment"),
        ("cell", "Severity"),
        ("cell", "normal"),
        ("paragraph", "Reported at Testery: Test 7/8"),
        ("paragraph", bare.marker),
    ]


@each_format
def test_the_address_of_a_file_never_enters(render: Callable[[Document], Any]) -> None:
    text = text_of(render(issue_document(BUG)))
    assert "files.test.io" not in text
    assert "secret" not in text


def test_of_a_long_output_the_end_is_taken() -> None:
    document = issue_document(replace(BUG, output="start\n" + "x" * 9_000 + "\nend"))
    (code,) = [block.text for block in document if isinstance(block, Code) and "end" in block.text]
    assert len(code) == 4_000
    assert code.startswith("[cut; the start is at the bug's page]\n")
    assert code.endswith("x\nend")


@pytest.mark.parametrize(
    ("title", "longest", "expected"),
    [
        ("  The total\n is\u202e wrong\x00 ", 80, "The total is wrong"),
        ("The total is wrong", 18, "The total is wrong"),
        ("The total is wrong", 11, "The total…"),
        (" \u200b\n", 80, "Bug 88101 at test IO"),
        ("", 10, "Bug 88101…"),
    ],
)
def test_a_title_is_one_line_that_is_never_empty(title: str, longest: int, expected: str) -> None:
    assert title_of(replace(BUG, title=title), longest) == expected


@each_format
def test_what_fits_is_not_cut(render: Callable[[Document], Any]) -> None:
    document = issue_document(BUG)
    whole = render(document)
    assert fit(document, render, size_of(whole), LINK) == (whole, False)
    _, is_cut = fit(document, render, size_of(whole) - 1, LINK)
    assert is_cut


@each_format
@pytest.mark.parametrize("longest", [8_000, 65_536])
@pytest.mark.parametrize(
    "text", ["word " * 200_000, "*`@bob#1\\|" * 100_000, "a\n" * 500_000, "https://a.b/_" * 80_000]
)
def test_a_text_of_a_megabyte_is_cut_in_less_than_a_second(
    render: Callable[[Document], Any], longest: int, text: str
) -> None:
    document = issue_document(replace(BUG, description=text, steps=[text[:3_000]] * 3))
    started = time.process_time()
    rendered, is_cut = fit(document, render, longest, LINK)
    assert time.process_time() - started < 1
    assert is_cut
    assert longest * 0.4 < size_of(rendered) <= longest
    source = text_of(rendered)
    assert "cut; the whole text is at" in source
    for stays in (BUG.marker, LINK, "Steps", "Environment", "Pixel 9", "a.png"):
        assert stays in source


@each_format
def test_of_very_many_entries_the_first_stay(render: Callable[[Document], Any]) -> None:
    many = replace(BUG, steps=[f"Step {n}" for n in range(5_000)])
    rendered, is_cut = fit(issue_document(many), render, 8_000, LINK)
    assert is_cut
    assert size_of(rendered) <= 8_000
    assert "Step 1" in text_of(rendered)
    assert BUG.marker in text_of(rendered)


def test_of_code_the_start_and_the_end_stay() -> None:
    document: Document = [
        Heading("Error"),
        Code("first\n" + "x" * 10_000 + "\nlast"),
        Paragraph(["link"]),
        Paragraph(["marker"]),
    ]
    rendered, _ = fit(document, plain.render, 1_000, LINK)
    assert rendered.startswith("Error:\nfirst\n")
    assert f"\n[cut; the whole text is at {LINK}]\n" in rendered
    assert rendered.endswith("x\nlast\n\nlink\n\nmarker")


@each_format
def test_under_any_limit_the_link_and_the_marker_stay(render: Callable[[Document], Any]) -> None:
    rendered, is_cut = fit(issue_document(replace(BUG, description="x" * 5_000)), render, 1, LINK)
    assert is_cut
    assert BUG.marker in text_of(rendered)
    assert LINK in text_of(rendered)


@each_format
def test_a_comment_of_one_paragraph_is_cut(render: Callable[[Document], Any]) -> None:
    rendered, is_cut = fit([Paragraph(["*#@" * 3_000])], render, 2_000, "")
    assert is_cut
    assert 800 < size_of(rendered) <= 2_000
    assert "[cut" in text_of(rendered).replace("\\", "").replace("&#91;", "[")


@each_format
def test_the_marker_is_the_last_text(render: Callable[[Document], Any]) -> None:
    text = text_of(render(issue_document(BUG)))
    assert text.count(BUG.marker) == 1
    assert text.index(BUG.marker) > text.rindex(LINK)
