"""The vendor's own Markdown of tests, in and out, and line breaks that are none."""

import contextlib
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.desk import desk
from tests.tools.testomatio.holding import V2
from tools.kit.errors import Refused
from tools.testomatio.tools.written_tests import NewTest, from_markdown

pytestmark = pytest.mark.anyio

CREATE = "testomatio_create_tests"
FILE = """<!-- suite
id: @S1dea5000
emoji: 🔐
-->

# Ideas

What people thought of.

<!-- test
id: @Tc0de0010
type: manual
priority: high
assignee: iris.okafor@shop.example.test
tags: night, slow
labels: Severity:Major
attachments:
- ./a.png
-->

## An expired code is refused @coupons

### Steps
1. Enter OLD10

```md
an open fence hides nothing

<!-- test id: @T12345678 priority: low -->
# Second
## Not a test

<!-- example -->

| country | price |
| --- | --- |
| Norway | 9.90 |

More.
<!-- test -->

## Third ##
"""


def test_every_field_is_read_and_what_is_not_written_is_named() -> None:
    written = from_markdown(FILE)
    first, second, third = written.tests
    assert first == NewTest(
        title="An expired code is refused @coupons",
        id="c0de0010",
        suite_id="1dea5000",
        priority="high",
        state="manual",
        assigned_to="iris.okafor@shop.example.test",
        tags=["night", "slow"],
        labels=["Severity:Major"],
        description="### Steps\n1. Enter OLD10\n\n```md\nan open fence hides nothing",
    )
    assert (second.id, second.title, second.priority) == ("12345678", "Second", "low")
    assert second.description == "## Not a test\n\nMore."
    assert (third.id, third.title, third.description) == (None, "Third", None)
    assert written.left_out == [
        "suite 'Ideas': emoji, description",
        "test 'An expired code is refused @coupons': attachments",
        "test 'Second': examples",
    ]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("<!-- test\nid: @T1\n## A", "line 1 has no end"),
        ("<!-- test -->\nno heading", "line 1 has no heading"),
        ("words\n<!-- test -->\n## A", "Line 1 is before the first"),
        ("<!-- test\npriority: urgent\n-->\n## A", "low, normal, important"),
        ("<!-- suite -->\n# Only a suite", "no test"),
        ("## A\\nlook", "instead of line breaks"),
        ("# Suite\n## A\\n\\nLook\\n## B", "instead of line breaks"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_line(text: str, why: str) -> None:
    with pytest.raises(Refused, match=why) as refused:
        from_markdown(text)
    assert "Nothing was sent." in str(refused.value)


def test_line_breaks_that_a_caller_escaped_twice_are_read_as_meant() -> None:
    escaped = FILE.replace("\n", "\\n")
    assert from_markdown(escaped) == from_markdown(FILE)
    assert [test.title for test in from_markdown("## A\\nLook.\\n\\n## B").tests] == ["A", "B"]
    assert from_markdown("## A line with a \\n in it\nReal").tests[0].title == "A line with a \\n in it"


@pytest.mark.parametrize(
    "text",
    [
        f"<!-- test a:{' ' * 200_000}x -->\n## A",
        f"<!-- test\na: b{' ' * 200_000}c\n-->\n## A",
        f"<!-- test -->\n## A{' ' * 200_000}#x",
        f"## A{' ' * 200_000}#x",
        "<!-- test -->\n## A\n<!-- example" + "-->x" * 50_000,
    ],
)
def test_a_line_of_any_length_is_read_or_refused_at_once(text: str) -> None:
    started = time.process_time()
    with contextlib.suppress(Refused):
        from_markdown(text)
    assert time.process_time() - started < 1


WORDS = st.from_regex(r"[A-Za-z][a-z .!?-]{0,20}[a-z]", fullmatch=True)
LINES = st.lists(st.sampled_from(["Look.", "", "### Steps", "* one", "    code", "```", "| a |", "-->"]), max_size=6)


@given(
    st.lists(
        st.fixed_dictionaries(
            {"title": WORDS, "lines": LINES},
            optional={
                "id": st.from_regex(r"[0-9a-z]{8}", fullmatch=True),
                "priority": st.sampled_from(["low", "normal", "important", "high", "critical"]),
                "state": st.sampled_from(["manual", "automated"]),
                "tags": st.lists(st.sampled_from(["smoke", "a.b", "x:1"]), min_size=1, unique=True),
                "labels": st.lists(st.sampled_from(["Severity:Major", "Owner"]), min_size=1, unique=True),
            },
        ),
        min_size=1,
        max_size=4,
    )
)
def test_what_is_written_down_is_read_again(tests: list[dict[str, Any]]) -> None:
    meant = [
        NewTest(description="\n".join(test.pop("lines")).strip() or None, suite_id="1dea5000", **test) for test in tests
    ]
    assert from_markdown(as_vendor(meant)).tests == meant


def as_vendor(tests: list[NewTest]) -> str:
    lines = ["<!-- suite", "id: @S1dea5000", "-->", "# Ideas", ""]
    for test in tests:
        fields = {"id": test.id and f"@T{test.id}", "type": test.state, "priority": test.priority}
        fields |= {"tags": ", ".join(test.tags or ()), "labels": ", ".join(test.labels or ())}
        lines += ["<!-- test", *(f"{name}: {value}" for name, value in fields.items() if value), "-->"]
        lines += [f"## {test.title}", "", test.description or "", ""]
    return "\n".join(lines)


async def test_what_the_platform_gives_goes_back_unchanged_and_changes_what_was_changed() -> None:
    async with desk() as d:
        files = await d.answer("testomatio_list_test_ids", kind="files", text="coupons", max_text=30_000)
        given = files["items"][0]["content"]
        same = await d.answer(CREATE, markdown=given, update=True)
        assert {row["status"] for row in same["items"]} == {"exists"}
        assert d.writes("testomatio") == []

        changed = (
            given.replace("priority: important", "priority: low", 1)
            + "\n<!-- test -->\n## A code of next year\n\nEnter it.\n"
        )
        left = await d.answer(CREATE, markdown=changed)
        *_, new = left["items"]
        assert new["status"] == "created"
        assert [row["status"] for row in left["items"][:-1]] == ["exists"] * (len(left["items"]) - 1)
        assert "with update they are changed" in next(row["why"] for row in left["items"] if "why" in row)

        done = await d.answer(CREATE, markdown=changed.rpartition("\n<!-- test -->")[0], update=True)
        (row,) = [row for row in done["items"] if row["status"] == "updated"]
        assert row["why"] == "Changes priority."
        _, body = d.sent("POST", f"{V2}/tests/bulk")
        assert body == {"tests": [{"id": row["id"], "priority": "low"}]}


async def test_an_unknown_id_is_never_made_anew_and_labels_and_tags_are_put_on() -> None:
    async with desk() as d:
        text = "<!-- test\nid: @T00000000\n-->\n## A\n\n<!-- test\ntags: night\nlabels: Severity:Major\n-->\n## B\n"
        told = await d.answer(CREATE, suite_id="1dea5000", markdown=text)
        assert [row["status"] for row in told["items"]] == ["failed", "created"]
        assert "no test with this id" in told["items"][0]["why"]
        made = (await d.answer("testomatio_get_test", test_id=told["items"][1]["id"]))["test"]
        assert made["tags"] == ["night"]
        assert [(label["title"], label["value"]) for label in made["labels"]] == [("Severity", "Major")]
        why = await d.refusal(
            CREATE, suite_id="1dea5000", markdown=FILE.replace("id: @Tc0de0010\n", "").replace("1dea5000", "c0ffee01")
        )
        assert "Leave suite_id out" in why
