"""What the redaction takes out, and what it leaves readable."""

import logging
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, SecretStr

from server.guards.redact import HIDDEN, RedactingFormatter, Redactor, secrets_in

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
        ("with pat_0123456789abcdef", "with [hidden]"),
        ("export DB_PASSWORD=hunter22", "export DB_PASSWORD=[hidden]"),
        ("MAIL_API_KEY: abcd-1234", "MAIL_API_KEY: [hidden]"),
        ("AWS_SECRET_ACCESS_KEY=wJalrX/K7", "AWS_SECRET_ACCESS_KEY=[hidden]"),
        ("dbPassword='hunter22'", "dbPassword='[hidden]'"),
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
        "project_key: harbour-web, has_token: true",
        "calls pat_checkout_of_two_coupons",
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


@pytest.mark.parametrize(
    ("access", "hidden"),
    [
        ("user: harbour password: Sommerfest", "Sommerfest"),
        ("password=Hafen-4711", "Hafen-4711"),
        ("Log in at https://shop.example.test/login with the credentials harbour / Hafen-4711.", "Hafen-4711"),
        ("Please use the following account: harbour, and the password is Sommerfest.", "Sommerfest"),
    ],
)
def test_the_words_around_a_credential_stay_readable_everywhere(access: str, hidden: str) -> None:
    redact = Redactor()
    redact.learn(access)
    around = "Please use the following username, password: it opens https://shop.example.test/cart with credentials"
    assert redact(around) == around
    assert redact(f"as {hidden} here") == f"as {HIDDEN} here"


def test_a_password_that_is_the_word_password_is_not_learned() -> None:
    redact = Redactor()
    redact.learn("password")
    assert redact("The password field is empty") == "The password field is empty"


def test_a_short_secret_of_one_call_is_hidden_as_a_word_and_not_inside_others() -> None:
    hiding = Redactor().hiding(["demo", "a / geheim"])
    assert hiding('demo and geheim, a demonstration: "demo"') == (f'{HIDDEN} and {HIDDEN}, a demonstration: "{HIDDEN}"')
    assert hiding("d\u200bemo") == HIDDEN, "invisible characters do not split it"


def test_secrets_are_found_however_deep_in_the_arguments() -> None:
    class Deep(BaseModel):
        access: SecretStr | None = None
        title: str = "no secret"

    one, two, three, four = map(SecretStr, "1234")
    given = {"a": one, "b": [two, Deep(access=three)], "c": {"d": (Deep(), four)}, "e": "no secret", "f": None}
    assert list(secrets_in(given)) == ["1", "2", "3", "4"]


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


def test_a_secret_of_letters_alone_is_not_found_inside_longer_words() -> None:
    redact = Redactor()
    redact.learn("customer")
    assert (
        redact("customer, please: customer_finalized, customers") == "[hidden], please: customer_finalized, customers"
    )
