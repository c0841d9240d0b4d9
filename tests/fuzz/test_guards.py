"""The guards hold for any text: nothing raises, nothing is revealed, nothing forges a boundary."""

import json
import re
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import quote as percent

from hypothesis import given
from hypothesis import strategies as st

from server.guards.fence import LEGEND, quote_others, render_for_model, render_page, render_question
from server.guards.memory import Scope, scope
from server.guards.redact import Redactor
from tests.fuzz.documents import MARKS
from tests.fuzz.soak import examples
from tools.kit.errors import Refused
from tools.kit.text import CLOSE, OPEN, clean, passage, quote, word
from tools.kit.text import given as given_by_caller

HELD = 's3cr3t-Value_9/+= \u00e4&"x'
ANY = st.text(max_size=60) | st.text(st.characters(codec=None, exclude_categories=()), max_size=30)
LABELS = st.lists(
    st.sampled_from(
        ["password", "token", "Authorization", "Bearer", "://", ":", "=", '"', "'", " ", "\n", "@", "{", "\\"]
    ),
    max_size=10,
).map("".join)
AROUND = ANY | LABELS
FORMS = st.sampled_from(
    [
        HELD,
        percent(HELD, safe=""),
        json.dumps(HELD, ensure_ascii=False)[1:-1],
        HELD[:5] + "\u200b" + HELD[5:],
        "".join(f"{character}\u00ad" for character in HELD),
    ]
)
FENCE = st.lists(
    st.sampled_from(["[", "]", "|", "a1b2c3", "0", "\n", "written by others", "Text between", *"\x02\x03", "s9:", "'"]),
    max_size=16,
).map("".join)


@given(st.lists(AROUND | FORMS, max_size=5).map("".join))
@examples(100, 3_000)
def test_redaction_takes_any_text_is_idempotent_bounded_and_never_reveals(text: str) -> None:
    redact = Redactor([HELD])
    masked = redact(text)
    assert redact(masked) == masked
    assert len(masked) <= 9 * len(text) + 9
    assert HELD not in masked
    assert not redact.holds(masked)
    assert redact.ours(redact.ours(text)) == redact.ours(text)


@given(AROUND, FORMS, AROUND)
@examples(100, 3_000)
def test_a_held_secret_is_gone_in_each_of_its_forms(before: str, form: str, after: str) -> None:
    redact = Redactor([HELD])
    for masked in (redact(before + form + after), redact.ours(before + form + after)):
        assert clean(form) not in masked
        assert clean(HELD) not in masked


@given(AROUND, ANY)
@examples(60, 3_000)
def test_what_a_call_handed_in_or_was_shown_never_makes_a_text_fail(text: str, secret: str) -> None:
    redact = Redactor([HELD])
    with scope(Scope().memory):
        redact.learn(secret)
        redact.hand_in([secret])
        redact.was_sent()
        assert redact(redact(text)) == redact(text)
        assert redact.hiding([secret])(text) is not None
        assert redact.is_spoilt(text) in {True, False}


THEIRS = FENCE | MARKS | ANY
OURS = st.sampled_from(["", "Bug ", ": ", ".\n", " and "])
CANARY = "canary"


@given(st.lists(st.tuples(OURS, st.sampled_from([quote, passage]), THEIRS, THEIRS), min_size=1, max_size=4))
@examples(100, 3_000)
def test_no_text_of_others_leaves_its_boundary(parts: list[tuple[str, Callable[[str], str], str, str]]) -> None:
    redact = Redactor([HELD])
    text = "".join(ours + mark(f"{before}{CANARY}{after}") for ours, mark, before, after in parts)
    for page in (render_for_model(text, redact), render_page(text, redact, 100_000)):
        (boundary,) = set(re.findall(r"Text between \[([0-9a-f]{6})\| and \|\1\] was written by others", page))
        legend = page.replace(LEGEND.format(boundary), "")
        outside = re.sub(rf"\[{boundary}\|.*?\|{boundary}\]", "", legend, flags=re.DOTALL)
        assert CANARY not in outside
        assert boundary not in outside
        assert not {OPEN, CLOSE} & set(page)


@given(st.lists(st.tuples(OURS, st.sampled_from([quote, passage, word, given_by_caller]), THEIRS), max_size=4))
@examples(60, 3_000)
def test_no_mark_of_ours_is_ever_shown(parts: list[tuple[str, Callable[[str], str], str]]) -> None:
    redact = Redactor([HELD])
    text = "".join(ours + mark(theirs) for ours, mark, theirs in parts)
    assert not {OPEN, CLOSE} & set(quote_others(text, redact) + render_for_model(text, redact))
    with suppress(Refused):
        assert not {OPEN, CLOSE} & set(render_question(text, redact))


@given(THEIRS)
@examples(100, 3_000)
def test_a_quoted_text_is_one_line_between_two_quotation_marks(theirs: str) -> None:
    line = quote_others(f"<{quote(theirs)}>", Redactor())
    assert line.startswith("<'")
    assert line.endswith("'>")
    assert line.count("'") == 2
    assert len(line.splitlines()) == 1
