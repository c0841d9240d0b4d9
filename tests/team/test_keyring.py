"""The keys that all processes share: how they are read, what one opens of another's, and their rotation."""

import base64
import secrets
from itertools import pairwise
from pathlib import Path

import pytest
from mcp.server.request_state import InvalidRequestState

from server.credentials import SettingsError
from server.team.keyring import MOST, Purpose, _derived, ring
from server.team.settings import read_team

OLD, NEW = (base64.b64encode(secrets.token_bytes(32)).decode() for _ in range(2))


def keys(text: str) -> tuple[bytes, ...]:
    return read_team({"TESTDESK_STATE_KEYS": text}).state_keys


def test_the_first_key_seals_and_all_open_through_a_rotation() -> None:
    phases = [f"{OLD}\n{NEW}", f"{NEW}\n{OLD}", NEW]
    rings = [ring(keys(phase), "round") for phase in [OLD, *phases]]
    for before, after in pairwise(rings):  # two neighbours run beside one another
        assert after.unseal(before.seal(b"a round")) == b"a round"
        assert before.unseal(after.seal(b"a round")) == b"a round"
    with pytest.raises(InvalidRequestState, match="unknown key"):
        rings[-1].unseal(rings[0].seal(b"a round"))


@pytest.mark.parametrize(("sealed", "opened"), [("round", "session"), ("session", "round")])
def test_what_is_sealed_for_one_purpose_is_not_opened_for_another(sealed: Purpose, opened: Purpose) -> None:
    with pytest.raises(InvalidRequestState):
        ring(keys(OLD), opened).unseal(ring(keys(OLD), sealed).seal(b"anything"))


def test_a_key_of_another_version_of_the_server_seals_alike() -> None:
    assert (
        _derived(b"one of the keys", "session").hex()
        == "e2501417fb57265f728f10121eeeea4afd87262c3d317e29b114026512ae1676"
    )


def test_keys_come_from_a_file_with_comments(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(f"# made on a Monday, with openssl rand -base64 32\n\n  {NEW}  \n{OLD}\n", encoding="utf-8")
    assert read_team({"TESTDESK_STATE_KEYS_FILE": str(file)}).state_keys == (NEW.encode(), OLD.encode())


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("correct horse battery staple", "key 1: 28 bytes"),
        (f"{OLD}\n{NEW[:20]}", "key 2: 20 bytes"),
        ("${STATE_KEY_OF_THIS_DEPLOYMENT_FROM_THE_VAULT}", "placeholder"),
        ("<the output of openssl rand -base64 32>", "placeholder"),
        ("paste-the-sealing-and-signing-secret-key-here", "placeholder"),
        ("abababababababababababababababababab", "hardly any"),
        (f"{OLD}\n{OLD}", "same key twice"),
        ("# " + OLD, "no key"),
    ],
    ids=["phrase", "short second", "variable", "instruction", "paste", "two characters", "twice", "comment"],
)
def test_what_is_no_key_is_refused_and_not_repeated(text: str, why: str) -> None:
    with pytest.raises(SettingsError, match=why) as raised:
        keys(text)
    assert not any(word in str(raised.value) for word in text.split() if len(word) > 12)


def test_a_file_that_is_missing_or_empty_is_named_by_its_variable_only(tmp_path: Path) -> None:
    for file in (tmp_path / "nothing", tmp_path / "empty"):
        (tmp_path / "empty").touch()
        with pytest.raises(SettingsError, match="TESTDESK_STATE_KEYS_FILE names") as raised:
            read_team({"TESTDESK_STATE_KEYS_FILE": str(file)})
        assert str(tmp_path) not in str(raised.value)


def test_a_key_has_32_bytes_and_ten_different_characters() -> None:
    fitting = "0123456789" * 3 + "01"
    assert keys(fitting) == (fitting.encode(),)
    with pytest.raises(SettingsError, match="key 1: 31 bytes, and a key has at least 32; `openssl"):
        keys(fitting[:31])
    with pytest.raises(SettingsError, match="hardly any"):
        keys("012345678" * 4)
    assert keys("ä" + fitting[:30]), "bytes count, not characters"


def test_without_the_variable_there_are_no_keys_and_with_it_no_file_is_read(tmp_path: Path) -> None:
    assert read_team({}).state_keys == ()
    assert keys(" ") == ()
    file = tmp_path / "keys"
    file.write_text(NEW, encoding="utf-8")
    both = {"TESTDESK_STATE_KEYS": OLD, "TESTDESK_STATE_KEYS_FILE": str(file)}
    assert read_team(both).state_keys == (OLD.encode(),)
    assert read_team(both | {"TESTDESK_STATE_KEYS": " "}).state_keys == (NEW.encode(),)


def test_a_file_of_something_else_is_refused_by_its_variable(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    for content, why in (
        (b"\xff\xfe" * 20, r"STATE_KEYS_FILE names a file that cannot be read \(UnicodeDecodeError\)"),
        (b" \n", "STATE_KEYS_FILE names an empty file"),
        (b"# a comment\n", "STATE_KEYS_FILE has no key"),
        (b"#" * MOST + b"\n" + OLD.encode(), "STATE_KEYS_FILE has no key"),  # it is not read any further
        (OLD.encode() + b"\nshort", "STATE_KEYS_FILE, key 2: 5 bytes"),
    ):
        file.write_bytes(content)
        with pytest.raises(SettingsError, match=why):
            read_team({"TESTDESK_STATE_KEYS_FILE": str(file)})
