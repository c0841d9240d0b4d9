"""`testdesk key`: keys are printed once, stored as digests, and withdrawn from the file alone."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from server.cli import main
from server.team.keys import digest_of

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "people.toml"


@pytest.fixture
def run(file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `testdesk key` with a file of people: its exit code, what it prints, and what it says beside that."""
    monkeypatch.setenv("TESTDESK_PEOPLE", str(file))
    monkeypatch.setenv("TESTDESK_CONFIG", "")
    monkeypatch.setenv("HOME", str(file.parent))

    def key(*words: str) -> tuple[int, str, str]:
        code = main(["key", *words])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return key


def test_a_new_key_is_printed_alone_and_only_its_digest_is_stored_for_the_owner_alone(run: Run, file: Path) -> None:
    code, out, err = run("new", "anna", "--rights", "triage,read", "--expires", "2099-01-31", "--name", "laptop")
    assert code == 0
    assert re.fullmatch(r"tdk_anna_[\w-]{43}\n", out)
    assert out.strip() not in err + file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.read_text() == (
        '[people.anna]\nrights = ["read", "triage"]\n\n[people.anna.keys.laptop]\n'
        f'digest = "{digest_of(out.strip())}"\nexpires = 2099-01-31\n'
    )


def test_without_a_file_the_section_to_paste_is_printed_beside_the_key(
    run: Run, monkeypatch: pytest.MonkeyPatch, file: Path
) -> None:
    monkeypatch.delenv("TESTDESK_PEOPLE")
    code, out, err = run("new", "anna")
    assert code == 0
    assert digest_of(out.strip()) in err
    assert '[people.anna]\nrights = ["read"]\n' in err
    assert not file.exists()


def test_what_a_file_has_stays_and_one_key_of_several_can_be_revoked(run: Run, file: Path) -> None:
    kept = '# ours\n[people.ben]  # the tester\nrights = ["order"]\ntestomatio_project = "shop"\n'
    file.write_text(kept)
    for name in ("laptop", "ci"):
        assert run("new", "ben", "--name", name)[0] == 0
    assert file.read_text().startswith(kept)
    code, _, err = run("revoke", "ben", "--name", "laptop")
    assert (code, "1 key of ben withdrawn" in err) == (0, True)
    assert "keys.laptop" not in file.read_text()
    assert "keys.ci" in file.read_text()
    assert run("revoke", "ben")[0] == 0
    assert file.read_text().rstrip() == kept.rstrip()


def test_the_list_names_rights_and_last_days_and_no_whole_digest(run: Run, file: Path) -> None:
    digest = digest_of(run("new", "anna", "--expires", "never")[1].strip())
    file.write_text(file.read_text() + f'[people.ben.keys.old]\ndigest = "sha256:{"a" * 64}"\nexpires = 2020-01-01\n')
    code, out, _ = run("list")
    assert code == 0
    assert "anna: read" in out
    assert "NEVER EXPIRES" in out
    assert "EXPIRED on 2020-01-01" in out
    assert digest[:15] in out
    assert digest[:20] not in out


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("new", "Anna"), 2, "cannot be the name of a person"),
        (("new", "anna/../ben"), 2, "cannot be the name of a person"),
        (("new", "carl", "--name", "two words"), 2, "cannot be the name of a key"),
        (("new", "carl", "--rights", "write"), 2, "--rights takes read, triage, order, admin"),
        (("new", "carl", "--expires", "soon"), 2, "--expires takes days such as 90d"),
        (("new", "carl", "--expires", "2020-01-01"), 2, "which is over"),
        (("new", "ben", "--rights", "admin"), 1, "ben has the rights read already"),
        (("new", "ben", "--name", "laptop"), 1, "ben has a key laptop already"),
        (("revoke", "carl"), 1, "Nobody is named 'carl'"),
        (("revoke", "ben", "--name", "phone"), 1, "ben has not a key 'phone'"),
    ],
)
def test_what_cannot_be_is_a_sentence_and_changes_nothing(
    run: Run, file: Path, words: tuple[str, ...], code: int, sentence: str
) -> None:
    run("new", "ben", "--name", "laptop")
    before = file.read_text()
    found, out, err = run(*words)
    assert (found, out) == (code, "")
    assert sentence in err
    assert file.read_text() == before


def test_a_file_in_another_form_is_left_alone(run: Run, file: Path) -> None:
    inline = f'people = {{ben = {{keys = {{laptop = {{digest = "sha256:{"b" * 64}"}}}}}}}}\n'
    file.write_text(inline)
    for words in (("new", "ben"), ("revoke", "ben")):
        code, out, err = run(*words)
        assert (code, out) == (1, ""), words
        assert "is not written as this command writes it" in err
        assert file.read_text() == inline
