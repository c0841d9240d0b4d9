"""What the redaction takes out, and what it leaves readable."""

import base64
import html
import logging
import sys
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, SecretStr

from server.guards.memory import Memory, SecretStore, known_spans, scope
from server.guards.patterns import parts_of, secrets_in
from server.guards.redact import RedactingFormatter, Redactor
from server.guards.redaction.spans import HIDDEN, mask, union

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
        ("/f?sig=ab=cd=&page=2", "/f?sig=[hidden]&page=2"),
        ("key ghp_0123456789abcdefghij0123 end", "key [hidden] end"),
        ("sk_live_0123456789abcdef", "[hidden]"),
        ("with pat_0123456789abcdef", "with [hidden]"),
        ("export DB_PASSWORD=hunter22", "export DB_PASSWORD=[hidden]"),
        ("MAIL_API_KEY: abcd-1234", "MAIL_API_KEY: [hidden]"),
        ("AWS_SECRET_ACCESS_KEY=wJalrX/K7", "AWS_SECRET_ACCESS_KEY=[hidden]"),
        ("dbPassword='hunter22'", "dbPassword='[hidden]'"),
        ("-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----", "[hidden]"),
        ("pass\u200bword: hunt\u200ber22", "password: [hidden]"),
        (
            '{"private_key": "-----BEGIN PRIVATE KEY-----\\nMIIabc/d\\n-----END PRIVATE KEY-----\\n"}',
            '{"private_key": "[hidden]\\n"}',
        ),
        ('"private_key": "-----BEGIN PRIVATE KEY-----\nMIIabc', '"private_key": "[hidden]'),
        ("private_key: |\n  -----BEGIN EC PRIVATE KEY-----\n  MIIabc\n", "private_key: |\n  [hidden]"),
        ("-----BEGIN PGP PRIVATE KEY BLOCK-----\nabc\n-----END PGP PRIVATE KEY BLOCK----- x", "[hidden] x"),
        ("access_token: Bearer 8f3a9c0d1e2f4a5b", "access_token: Bearer [hidden]"),
        ("key: Bearer 8f3a9c0d1e2f", "key: Bearer [hidden]"),
        ("api_key = token abc", "api_key = token [hidden]"),
        ('{"token": "Bearer 8f3a9c0d1e2f"}', '{"token": "Bearer [hidden]"}'),
        ('password: "correct horse battery" for all', 'password: "[hidden]" for all'),
        ("'password': 'correct horse battery'", "'password': '[hidden]'"),
        ('{"password": "a \\"b\\" c", "user": "anna"}', '{"password": "[hidden]", "user": "anna"}'),
        ('"body": "{\\"password\\": \\"correct horse\\"}"', '"body": "{\\"password\\": \\"[hidden]\\"}"'),
        ("**Password:** `correct horse`", "**Password:** `[hidden]`"),
        ("Passwort: \u201ekorrektes Pferd\u201c", "Passwort: \u201e[hidden]\u201c"),
        ("password: |\n  correct horse\nuser: anna", "password: [hidden]\nuser: anna"),
        ("https://u:p@ss@host.example/x", "https://[hidden]@host.example/x"),
        ("password: *hunter22*", "password: *[hidden]"),
        ("password: 'hunter22 and", "password: '[hidden] and"),
        ("postgres://u:p@s:s@host/db and a@b.example", "postgres://[hidden]@host/db and a@b.example"),
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


LONG = "k3/Tz+9Qm=Vw7&pL2x"


@pytest.mark.parametrize(
    "form",
    [
        LONG.upper(),
        LONG.encode().hex(),
        "".join(f"%{byte:02X}" for byte in LONG.encode()),
        "".join(f"\\u{ord(c):04x}" for c in LONG),
        html.escape(LONG),
        "".join(f"&#{ord(c)};" for c in LONG),
        f"{LONG[:7]}\n{LONG[7:]}",
        f'{LONG[:9]}" + "{LONG[9:]}',
    ],
)
def test_a_credential_is_hidden_in_any_form_it_is_likely_to_take(form: str) -> None:
    assert Redactor([LONG])(f"seen as {form} there") == f"seen as {HIDDEN} there"


@pytest.mark.parametrize("before", ["", "u", "me", "ada", "ada:"])
@pytest.mark.parametrize("after", ["", ":", "\n"])
def test_a_credential_is_hidden_in_base64_of_whatever_stands_around_it(before: str, after: str) -> None:
    blob = base64.b64encode(f"{before}{LONG}{after}".encode()).decode()
    core = base64.b64encode(LONG.encode()).decode()
    masked = Redactor([LONG])(f"sent {blob} to it")
    assert HIDDEN in masked
    assert len(masked) < len(f"sent {HIDDEN} to it") + len(blob) - len(core) + 8, "at most what neighbours change stays"


def test_the_head_and_the_tail_of_a_credential_are_hidden_and_its_public_prefix_is_not() -> None:
    redact = Redactor(["tstmt_9fQ2xK7mZ4vB8nR1"])
    assert redact("is tstmt_9fQ2xK7m... here") == f"is {HIDDEN}... here"
    assert redact("is ...mZ4vB8nR1 here") == f"is ...{HIDDEN} here"
    assert redact("begins with tstmt_, as all do") == "begins with tstmt_, as all do"


@pytest.fixture
def redact() -> Iterator[Redactor]:
    """A redactor in the midst of a call."""
    with scope(Memory()):
        yield Redactor([SECRET])


@pytest.mark.parametrize(
    "word",
    ["Hafen-4711", "Sommer2026!", "hunter2secret", "s3cr3t-Value_9", "4f9d2c1b7a60", "correct#horse", "Tr0ub4dor&3"],
)
def test_what_is_made_as_passwords_are_is_remembered(redact: Redactor, word: str) -> None:
    redact.learn(word)
    assert redact(f"log in with {word} please") == f"log in with {HIDDEN} please"


@pytest.mark.parametrize(
    "text",
    [
        "demo", "customer", "password", "Coupon field accepts expired code", "there is no undo", "88101", "2026-11-29",
        "2026-11-29T10:15:00Z", "SHOP-412", "9.0.1-rc2", "1,200.00", "sign-in-form", "https://shop.example.test/cart",
        "shop.example.test", "qa@example.test", "Donaudampfschifffahrt", "it go 0 suites below it and 18 tests",
        "Please use the following account: harbour", "createTestEnvironment", "00:15:04", "+49 40 1234567",
    ],
)  # fmt: skip
def test_words_numbers_dates_and_addresses_are_never_remembered(redact: Redactor, text: str) -> None:
    redact.learn(text)
    redact.hand_in([text])
    redact.was_sent()
    assert redact(text) == text
    assert not redact.is_spoilt(text)


@pytest.mark.parametrize(
    "access",
    [
        "demo / Hafen-4711",
        "password=Hafen-4711",
        "Log in at https://shop.example.test/login with the credentials harbour / Hafen-4711.",
    ],
)
def test_an_access_line_is_learned_part_by_part_and_its_words_stay_readable(redact: Redactor, access: str) -> None:
    redact.learn(access)
    around = "Log in with the username and password: it opens https://shop.example.test/cart with harbour credentials"
    assert redact(around) == around
    assert redact("as Hafen-4711 here") == f"as {HIDDEN} here"


def test_what_a_call_hands_in_is_hidden_in_this_call_and_after_the_act_in_its_session() -> None:
    redact, here, elsewhere = Redactor(), Memory(), Memory()

    def read(memory: Memory) -> str:
        with scope(memory):
            return redact("with Hafen-4711")

    with scope(here):
        redact.hand_in(["Hafen-4711"])
        assert redact("with Hafen-4711") == f"with {HIDDEN}"
        assert redact.ours("with Hafen-4711") == "with Hafen-4711", "our own words are never masked"
    assert read(here) == "with Hafen-4711", "nobody said yes"
    with scope(here):
        redact.hand_in(["Hafen-4711"])
        redact.was_sent()
    assert read(here) == f"with {HIDDEN}"
    assert read(elsewhere) == redact("with Hafen-4711") == "with Hafen-4711"


def test_what_a_call_handed_in_takes_no_room_of_what_the_platform_showed(redact: Redactor) -> None:
    redact.learn("Platform-4711")
    for number in range(3_000):
        redact.hand_in([f"Handed-in-{number:05}-{'x' * 100}-9"])
    redact.was_sent()
    redact.learn("Platform-4712")
    redact.hand_in(["Platform-4713"])
    redact.learn("Platform-4713")
    assert redact("Platform-4711 Platform-4712") == f"{HIDDEN} {HIDDEN}"
    assert redact("Handed-in-00000-" + "x" * 100 + "-9") == HIDDEN


def test_a_full_room_keeps_what_it_has(redact: Redactor) -> None:
    redact.learn("First-Secret-1")
    for number in range(3_000):
        redact.learn(f"Learned-{number:05}-{'x' * 100}-9")
    assert redact("First-Secret-1") == redact(SECRET) == redact("Learned-01000-" + "x" * 100 + "-9") == HIDDEN
    assert redact("password: Learned-02999!") == f"password: {HIDDEN}", "by its form, where there is no room"


@pytest.mark.parametrize("inside", ["\u2800", "\u0301", "\u20dd", "\u064b", "\u093f", "\ufe0f", "\u0488"])
def test_marks_and_blanks_inside_a_secret_do_not_hide_it(redact: Redactor, inside: str) -> None:
    redact.learn("Hafen-4711")
    for secret in (SECRET, "Hafen-4711"):
        assert redact(f"a {inside.join(secret)} b") in {f"a {HIDDEN} b", f"a {HIDDEN}{inside} b"}
        assert redact.ours(f"caf\u00e9 {inside.join(SECRET)} \u00fc") == f"caf\u00e9 {HIDDEN} \u00fc"
    full_width = "".join(chr(ord(c) + 0xFEE0) for c in SECRET)
    assert redact(f"\u00e4 {full_width} \u00f6") == f"\u00e4 {HIDDEN} \u00f6"


def test_what_a_caller_handed_in_spoils_a_name_and_what_a_platform_showed_only_a_whole_one(redact: Redactor) -> None:
    redact.learn("Platform-4711")
    redact.hand_in(["Coupon-9911!"])
    assert redact.is_spoilt("Bug about Coupon-9911!")
    assert redact.is_spoilt("Platform-4711.")
    assert not redact.is_spoilt("Login with Platform-4711 fails")
    assert not redact.is_spoilt("Coupons are refused")


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


def test_a_log_line_is_redacted_with_its_traceback_and_its_arguments() -> None:
    formatter = RedactingFormatter(Redactor([SECRET]))
    try:
        raise ValueError(f"while holding {SECRET}")
    except ValueError:
        record = logging.LogRecord("a.b", logging.ERROR, __file__, 1, "sent %s", (SECRET,), sys.exc_info())
    line = formatter.format(record)
    assert SECRET not in line
    assert "ValueError: while holding [hidden]" in line


def test_a_store_keeps_secrets_of_four_characters_and_more_while_there_is_room() -> None:
    store = SecretStore(room=9)
    for secret in ("abc", "abcd", "abcd", "efghi", "jklm"):
        store.add(secret)
    assert [secret in store for secret in ("abc", "abcd", "efghi", "jklm")] == [False, True, True, False]


@pytest.mark.parametrize("count", [1, 100, 101, 150])
def test_one_secret_is_found_among_any_number(count: int) -> None:
    store = SecretStore(f"{number:04}-Hafen" for number in range(count))
    last = f"{count - 1:04}-Hafen"
    for text in (last, f"log in with {last}", f"{last} it is"):
        assert store.within(text) == [last]
    assert store.within("0000-Hafe") == store.within("") == []


def test_a_secret_as_short_as_can_be_is_found_among_many() -> None:
    store = SecretStore([*(f"{number:04}-Hafen" for number in range(101)), "wxyz"])
    assert store.within("wxyz") == store.within("a wxyz") == store.within("wxyz b") == ["wxyz"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\u00e4 H\u00e4fen-4711 \u00e4", "\u00e4 [hidden] \u00e4"),
        ("\ufb01 Ha\u0308fen-4711, \ufb01", "\ufb01 [hidden], \ufb01"),
        ("\ufb01 Hafen-4711", "\ufb01 [hidden]"),
        ("Hafen-4711 and Hafen-47", "[hidden] and [hidden]"),
        ("\u00e4 and Hafen", "\u00e4 and Hafen"),
        ("H\u0416afen-47", "H\u0416afen-47"),
    ],
)
def test_a_secret_is_masked_where_it_stands_between_letters_of_any_width(text: str, shown: str) -> None:
    spans = known_spans(text, SecretStore(["Hafen-47"]), SecretStore(["Hafen-4711"]))
    assert mask(text, union(spans)) == shown


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("one two three four", {"one", "two", "three", "four"}),
        ("one two three four five", set()),
        ("one two-three x4 four five: login: secretly is", {"secretly", "x4"}),
        ("Passwort IST Hafen-4711", {"Hafen-4711"}),
        ("Passwort = Hafen-4711", {"Hafen-4711"}),
        ("user=ada, see https://x.example/a", {"user=ada", "ada", "see"}),
    ],
)
def test_a_line_of_few_words_is_taken_whole_and_of_a_sentence_what_is_no_word(line: str, parts: set[str]) -> None:
    assert parts_of(line) == parts


def test_of_two_secrets_of_one_call_the_longer_is_hidden_whole() -> None:
    assert Redactor().hiding(["Hafen", "Hafen-4711", "Hafen-47"])("at Hafen-4711.") == f"at {HIDDEN}."
    assert Redactor().hiding(["abc", "ab", " "])("abc ab") == f"{HIDDEN} ab"


@pytest.mark.parametrize("half", [chr(0xD800), chr(0xDC80), chr(0xDFFF)])
def test_half_a_character_in_a_secret_fails_no_answer_and_hides_it(half: str) -> None:
    redact, secret = Redactor(), f"Xk7{half}-pQ29-vv81"
    with scope(Memory()):
        redact.learn(secret)
        redact.hand_in([secret])
        redact.was_sent()
        assert "pQ29" not in redact(f"It is {secret} now")
