"""Redaction, measured: what the corpus holds it to, and what its layers are needed for."""

import time
from types import ModuleType

import pytest

from server.guards.redact import Redactor
from server.guards.redaction import (
    addresses,
    blocks,
    commands,
    decoded,
    headers,
    pairs,
    prose,
    scan,
    sql,
    steps,
    tables,
    vendors,
)
from server.guards.redaction.first_look import secret_spans
from tests.redaction.corpus import HALVES, SEED, corpus
from tests.redaction.measure import measure, total
from tests.redaction.report import BEGIN, END, PAGE, TARGETS, markdown, scores
from tests.redaction.values import held_secrets


def test_what_no_rule_was_written_by_is_found_and_hardly_anything_else() -> None:
    of = scores("measuring")
    assert total(of, "clear").recall >= TARGETS["clear"]
    assert total(of, "context").recall >= TARGETS["context"]
    assert total(of, "clear", "context", "harmless").precision >= TARGETS["precision"]


def test_the_corpus_is_as_large_as_the_figures_need() -> None:
    texts = [one for half in HALVES for one in corpus(half)]
    secret, harmless = ([one for one in texts if bool(one.secrets) is wanted] for wanted in (True, False))
    assert len(secret) >= 800
    assert len({one.kind for one in secret}) >= 90
    assert len(harmless) >= 3_000
    assert len({one.kind for one in harmless}) >= 25
    assert len({one.text for one in texts}) == len(texts), "no text stands in both halves"


def test_the_page_has_the_figures_of_this_code() -> None:
    written = PAGE.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]
    assert written.strip() == markdown(scores("measuring")), "make redaction writes them"


def test_redacting_twice_changes_nothing_more() -> None:
    redact = Redactor(held_secrets(f"{SEED}/building"))
    changed = [one.text for one in corpus("building") if redact(once := redact(one.text)) != once]
    assert not changed


def test_the_first_look_dismisses_nothing_that_a_layer_would_find() -> None:
    texts = [piece for one in corpus("building") for piece in (one.text, *one.text.splitlines())]
    assert not [text for text in texts if secret_spans(text) != scan.find_spans(text)]


LAYERS: list[tuple[ModuleType, str]] = [
    (blocks, "search"),
    (vendors, "search"),
    (headers, "search"),
    (addresses, "search"),
    (commands, "search"),
    (sql, "search"),
    (decoded, "search"),
    (prose, "search_pairs"),
    (prose, "search_codes"),
    (prose, "mask_prose"),
    (pairs, "mask_pair"),
    (steps, "mask_steps"),
    (tables, "mask_table"),
    (scan, "mask_value"),
]


@pytest.mark.parametrize(("module", "name"), LAYERS, ids=[f"{m.__name__.rpartition('.')[2]}.{n}" for m, n in LAYERS])
def test_without_one_layer_secrets_stay(module: ModuleType, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, name, lambda *_: 0)
    texts = [one for one in corpus("building") if one.secrets and not one.kind.startswith("held-")]
    of = measure(texts, lambda text: (text, scan.find_spans(text)))
    assert total(of, "clear", "context").recall < 1


SHAPES = [
    "://a:b@", "sk-", "token=", "password:", "password\n", "|password", "password: \"", "pin:\\\"", "token: '",
    "fill(\"password\",", '"name":"password",', "<password>", "authorization: bearer ", "cookie:", "%7B%22", "eyJa.",
    "insert into a (password) values (", "user a/", "-u a:",
]  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_no_text_takes_longer_than_its_length(shape: str) -> None:
    short, long = ((shape * (size // len(shape) + 1))[:size] for size in (4_000, 32_000))
    # Eight times the text; a rule that looks at each place again would take 64 times as long.
    assert _seconds(long) < 24 * max(_seconds(short), 0.0005)


def _seconds(text: str) -> float:
    """The least of two times of the processor, which another process hardly changes."""
    times = []
    for _ in range(2):
        before = time.process_time()
        scan.find_spans(text)
        times.append(time.process_time() - before)
    return min(times)
