"""What the redaction takes out, and what it leaves readable."""

import logging
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.guards.redact import HIDDEN, RedactingFormatter, Redactor

SECRET = "s3cr3t-Value_9"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("password: hunter22", "password: [hidden]"),
        ("Passwort = Sommer2026!", "Passwort = [hidden]"),
        ('{"api_key": "abcd1234"}', '{"api_key": "[hidden]"}'),
        ("Authorization: Bearer abcdef0123456789", "Authorization: Bearer [hidden]"),
        ("curl -H 'Authorization: Token 0123456789abcdef'", "curl -H 'Authorization: Token [hidden]'"),
        ("https://me:pa55@shop.example/", "https://[hidden]@shop.example/"),
        ("https://f.example/a.png?X-Amz-Signature=ab12&x=1", "https://f.example/a.png?X-Amz-Signature=[hidden]&x=1"),
        ("/api?api_key=tstmt_1&page=2", "/api?api_key=[hidden]&page=2"),
        ("key ghp_0123456789abcdefghij0123 end", "key [hidden] end"),
        ("sk_live_0123456789abcdef", "[hidden]"),
        ("-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----", "[hidden]"),
        ("pass\u200bword: hunt\u200ber22", "password: [hidden]"),
    ],
)
def test_what_looks_like_a_secret_is_masked(text: str, shown: str) -> None:
    assert Redactor()(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "The password field is empty after a reload",
        "Password: must have 8 characters",
        "Token expired, please log in again",
        "Enter coupon code: OLD10 and press Apply",
        "https://shop.example.test/cart?page=2&sort=price",
        "Steps: 1. open the basket 2. pay",
        "Basic article page looks broken",
        "Der Schlüssel liegt im Warenkorb; 10 % Rabatt",
    ],
)
def test_ordinary_sentences_stay_as_they_are(text: str) -> None:
    assert Redactor()(text) == text


@given(st.text(max_size=80), st.text(max_size=80))
def test_a_secret_we_hold_never_survives_whatever_stands_around_it(before: str, after: str) -> None:
    assert SECRET not in Redactor([SECRET])(f"{before}{SECRET}{after}")


@given(st.lists(st.sampled_from(["\u200b", "\u2060", "\ufeff", "\u202e", "\u00ad", "\x00", "\U000e0041"]), max_size=13))
def test_invisible_characters_cannot_split_a_secret(splits: list[str]) -> None:
    split = "".join(a + b for a, b in zip(SECRET, splits + [""] * len(SECRET), strict=False))
    assert SECRET not in Redactor([SECRET])(split)


@given(st.text(max_size=300))
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    redact = Redactor([SECRET])
    once = redact(text)
    assert redact(once) == once


def test_a_secret_is_found_in_its_encoded_forms() -> None:
    redact = Redactor(['p"ss w/rd+9'])
    assert redact("?x=p%22ss%20w%2Frd%2B9&y") == f"?x={HIDDEN}&y"
    assert redact('{"a": "p\\"ss w/rd+9"}') == f'{{"a": "{HIDDEN}"}}'


def test_short_plain_words_are_not_learned_from_a_platform() -> None:
    redact = Redactor()
    for word in ("demo", "test", "guest"):
        redact.learn(word)
    assert redact("the demo test of a guest") == "the demo test of a guest"


def test_an_access_line_is_learned_part_by_part() -> None:
    redact = Redactor()
    redact.learn("demo / Hafen-4711")
    assert redact("log in with Hafen-4711 please") == f"log in with {HIDDEN} please"


def test_what_was_learned_is_bounded_and_never_pushes_out_what_we_hold() -> None:
    redact = Redactor([SECRET])
    for number in range(2000):
        redact.learn(f"learned-{number:05}")
    assert len(redact._known) <= 500
    assert redact(SECRET) == HIDDEN
    assert redact("learned-01999") == HIDDEN


def test_a_log_line_is_redacted_with_its_traceback_and_its_arguments() -> None:
    formatter = RedactingFormatter(Redactor([SECRET]))
    try:
        raise ValueError(f"while holding {SECRET}")
    except ValueError:
        record = logging.LogRecord("a.b", logging.ERROR, __file__, 1, "sent %s", (SECRET,), sys.exc_info())
    line = formatter.format(record)
    assert SECRET not in line
    assert "ValueError: while holding [hidden]" in line
