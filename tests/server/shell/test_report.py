"""`testdesk report`: what it writes stands alone, acts on nothing, and says what its exit code says."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import anyio
import pytest

from server.report.charts import bar, ring
from server.report.evidence import Evidence, evidence_from, web_address
from server.report.junit import as_junit
from server.report.markdown import as_markdown, code
from server.report.page import as_page
from server.settings import SettingsError
from server.shell.options import FAIL_ON, fail_on
from tests.desk import desk, settings
from tests.server.shell.shell import Shell

PLANT = (
    "<script>x()</script><img src=x onerror=y> \"'> [a](https://evil.example) ![i](https://evil.example) @team `|` \x00"
)
TITLES = {"shop": "Shop Tests"}


def evidence(verdict: str | None = "evidence against", text: str = "Checkout", link: str = "") -> Evidence:
    """A report on one line of each kind, with a text of others in each place that takes one."""
    line = {"says": "run failed", "title": text, "source": "shop://runs/1", "link": link, "note": text}
    causes = [{"error": text, "count": 3, "marks": "3 known"}]
    assessment = {
        "scope": "version 9",
        "verdict": verdict,
        "why_no_verdict": "" if verdict else text,
        "against": [line | {"causes": causes, "more_causes": 1}] if verdict == "evidence against" else [],
        "not_proven": [{"says": f"open bug, medium, {text}", "title": text, "source": "7", "platform": "shop"}],
        "speaking_for": [line | {"source": "shop://runs/2"}],
        "open_bugs_by_severity": [{"what": "medium", "count": 1}],
        "untested_count": 4,
        "sources": [{"platform": "shop", "rows": 3, "complete": False, "why": text}],
    }
    row = {"platform": "shop", "title": text, "status": "failed", "started_at": "2026-04-03T06:05:27Z"}
    runs = [
        row | {"run_id": "1", "page": "shop://runs/1", "total": 2_000, "passed": 1_995, "failed": 1},
        row | {"run_id": "2", "page": "shop://runs/2", "passed": 5},
        row | {"run_id": "3", "page": "shop://runs/3", "total": 9, "passed": 9},
    ]
    return evidence_from(assessment, runs, TITLES, title=f"Release {text}", at="2026-04-03T06:05:27+00:00")


class Page(HTMLParser):
    """The elements of a page with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize(
    ("verdict", "codes"),
    [
        ("nothing found against", (0, 0, 0, 0)),
        ("evidence against", (1, 1, 0, 0)),
        ("not proven", (3, 0, 3, 0)),
        (None, (3, 0, 0, 0)),
    ],
)
def test_the_exit_code_is_the_verdict_s_where_its_outcome_is_to_fail(verdict: str, codes: tuple[int, ...]) -> None:
    found = evidence(verdict)
    chosen = [fail_on(words) for words in (",".join(FAIL_ON), "against", "not-proven", "never")]
    assert tuple(found.exit_code(words) for words in chosen) == codes


def test_one_reading_writes_every_format_and_all_have_the_same_numbers(shell: Shell, tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("out/report.html", "summary.md", "report.json", "report.xml")]
    code, out, err = shell.report("--release", "9.0.1", *(word for file in files for word in ("--output", str(file))))
    assert (code, out) == (1, "")
    assert "Release 9.0.1: evidence against (exit 1)" in err
    page, summary, data, junit = (file.read_text(encoding="utf-8") for file in files)
    answer = json.loads(data)
    against, unproven = len(answer["assessment"]["against"]), len(answer["assessment"]["not_proven"])
    assert (answer["outcome"], answer["exit_code"]) == ("against", 1)
    assert f"| {against} | {unproven} | " in summary
    root = ElementTree.fromstring(junit)
    cases = {suite.get("name"): suite for suite in root}
    assert (cases["Evidence"].get("failures"), cases["Evidence"].get("skipped")) == (str(against), str(unproven))
    assert root.get("failures") == str(against + 1), "the verdict is a case of its own"
    assert f"<b>{against}</b><span>lines against</span>" in page
    assert "sandbox, invented data" in page
    assert {request.method for request in shell.world.journal.entries()} <= {"GET", "POST"}
    assert not shell.writes()


def test_without_a_file_the_report_is_printed(shell: Shell) -> None:
    code, out, _ = shell.report("--release", "9.0.1", "--fail-on", "never")
    assert code == 0
    assert out.startswith("# Release 9.0.1: ")


def test_a_release_without_runs_has_no_verdict(shell: Shell) -> None:
    code, out, _ = shell.report("--release", "77.7", "--format", "json")
    assert (code, json.loads(out)["outcome"]) == (3, "no-verdict")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "needs --release"),
        (["--release", "9", "--fail-on", "always"], "it takes against, not-proven, no-verdict, or never alone"),
        (["--release", "9", "--output", "report.pdf"], "no suffix of a format"),
        (["--release", "9", "--format", "md", "--output", "a.md", "--output", "b.md"], "--format is of one --output"),
    ],
)
def test_a_command_line_that_cannot_be_is_refused_before_anything_is_read(
    shell: Shell, words: list[str], sentence: str
) -> None:
    with pytest.raises(SettingsError, match=re.escape(sentence)):
        shell.report(*words)
    assert not list(shell.world.journal.entries())


def test_a_report_that_cannot_be_made_ends_with_4(shell: Shell, tmp_path: Path) -> None:
    code, out, err = shell.report("--release", "9.0.1", "--platforms", "nowhere")
    assert (code, out) == (4, "")
    assert "no report was made: " in err
    (tmp_path / "file").write_text("")
    assert shell.report("--release", "9.0.1", "--output", str(tmp_path / "file" / "report.md"))[0] == 4


def test_without_a_platform_there_is_nothing_to_report(shell: Shell) -> None:
    shell.where = ()
    with pytest.raises(SettingsError, match="no platform is configured"):
        shell.report("--release", "9.0.1")


def only_testio(shell: Shell, address: str) -> None:
    """One account alone, whose API is at an address."""
    shell.where = ()
    shell.environment |= {
        "TESTIO_API_TOKEN": "sandbox-testio-credential",
        "TESTIO_BASE_URL": f"{address}/testio/customer/v2",
        "TESTDESK_ALLOW_HTTP": "sandbox.invalid",
    }


def test_one_platform_is_enough(shell: Shell) -> None:
    only_testio(shell, "http://sandbox.invalid")
    code, out, _ = shell.report("--release", "9.0.1", "--format", "json")
    assert code == 1
    assert [source["platform"] for source in json.loads(out)["assessment"]["sources"]] == ["testio"]


def test_a_platform_that_cannot_be_read_is_named_where_there_is_no_verdict(shell: Shell) -> None:
    only_testio(shell, "http://127.0.0.1")
    code, out, err = shell.report("--release", "9.0.1")
    assert code == 3
    assert "No run was found" in err
    assert "Not everything could be read: test IO." in err
    assert "| test IO | 0 | not in full: " in out


def test_a_page_needs_nothing_from_elsewhere_and_runs_nothing_of_others() -> None:
    page = Page(as_page(evidence(text=PLANT, link="https://shop.example/runs/1?a=1&b=2")))
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "img", "iframe", "object", "link", "form", "base"}
    attributes = [(tag, name, value or "") for tag, given in page.elements for name, value in given.items()]
    assert not [name for _, name, _ in attributes if name.startswith("on") or name in {"src", "srcset", "style"}]
    addresses = {value for _, name, value in attributes if name == "href"}
    assert addresses == {"https://shop.example/runs/1?a=1&b=2"}
    policies = [given["content"] for tag, given in page.elements if given.get("http-equiv")]
    assert policies == ["default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"]
    assert "<script>x()</script>" in page.text
    assert "url(" not in as_page(evidence()), "a style sheet may load nothing either"


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.example",
        "https://user@evil.example",
        'https://a.example/"x',
        "https://a.example/\nx",
        "shop://runs/1",
        "https://[",
    ],
)
def test_only_an_address_of_the_web_becomes_a_link(address: str) -> None:
    assert web_address(address) == ""
    assert "<a " not in as_page(evidence(link=address))
    assert "](<" not in as_markdown(evidence(link=address))


def test_texts_of_others_stand_in_markdown_as_code() -> None:
    summary = as_markdown(evidence(text=PLANT, link="https://shop.example/runs/1"))
    outside = re.sub(r"(`+)(?!`).+?(?<!`)\1(?!`)", "", summary)
    assert not re.search(r"evil|<script|<img|@team", outside.replace("\\", ""))
    assert "](<https://shop.example/runs/1>)" in outside
    assert code("``a` b") == "``` ``a` b ```"


def test_junit_can_be_read_whatever_the_texts_are() -> None:
    root = ElementTree.fromstring(as_junit(evidence(text=PLANT)))
    first, *_ = root.iter("testcase")
    kinds = [[child.tag for child in case] for case in root.iter("testcase")]
    assert kinds == [["failure"], ["skipped"], [], ["skipped"], ["failure"]]
    assert "<script>x()</script>" in str(first.get("name"))


def test_charts_are_drawn_from_the_numbers_beside_them() -> None:
    found = evidence()
    assert [run.title for run in found.runs] == ["Checkout"] * 2, "a run without a line of its own does not count"
    assert found.totals == {"passed": 2_000, "failed": 1, "blocked": 0, "skipped": 0, "without a result": 4}
    page = as_page(found)
    assert (
        ring(found.totals, "99 %", "passed", "Results of all runs: 2000 passed, 1 failed, 4 without a result") in page
    )
    drawn = bar({"passed": 1_995, "failed": 1, "without a result": 4}, 2_000, "")
    widths = [float(width) for width in re.findall(r'width="([\d.]+)%" height', drawn)]
    assert len(widths) == 3
    assert min(widths) > 0.7, "one failure among thousands is seen"
    assert sum(widths) == pytest.approx(100, abs=0.1)


def test_a_verdict_without_evidence_is_never_green() -> None:
    page = as_page(replace(evidence(None), lines=[], runs=[]))
    assert 'class="verdict is-none"' in page
    assert "is-for" not in page.partition("</style>")[2]


def test_lines_have_their_pages_in_the_web_apps_only_where_the_caller_wants_them() -> None:
    async def links(*, wanted: bool) -> list[str | None]:
        chosen = settings({"TESTIO_WEB_URL": "https://acme.test.io"})
        async with desk(told=chosen) as d:
            found = await d.answer("across_assess_release", version="9.0.1", links=wanted, platforms=["testio"])
        return [line.get("link") for name in ("against", "not_proven") for line in found.get(name, [])]

    with_links = anyio.run(lambda: links(wanted=True))
    assert "https://acme.test.io/products/71/test_cycles/5519/bugs/88213" in with_links
    assert all(with_links)
    assert not any(anyio.run(lambda: links(wanted=False)))
