"""`testdesk doctor` says what is wrong and never prints a secret."""

import sqlite3
from pathlib import Path

import pytest
import respx

from server.doctor import run_doctor
from server.store import ledger
from server.store.sqlite import SqliteEngine

pytestmark = pytest.mark.anyio

TOKEN = "tok-5f1e9a7733c0ffee"
PRODUCTS = "https://api.test.io/customer/v2/products"


async def test_a_token_that_works_is_said_with_what_it_sees(capsys: pytest.CaptureFixture[str]) -> None:
    with respx.mock() as api:
        route = api.get(PRODUCTS).respond(200, json={"products": [{"id": 1, "name": "Shop"}]})
        assert await run_doctor({"TESTIO_API_TOKEN": TOKEN}) == 0
        assert route.calls[0].request.headers["authorization"] == f"Token {TOKEN}"
    told = capsys.readouterr().out
    assert "works: 1 product visible" in told
    assert "offers" in told
    assert TOKEN not in told


async def test_a_token_that_does_not_work_fails_with_where_to_get_one(capsys: pytest.CaptureFixture[str]) -> None:
    with respx.mock() as api:
        api.get(PRODUCTS).respond(401, json={"error": f"bad token {TOKEN}"})
        assert await run_doctor({"TESTIO_API_TOKEN": TOKEN}) == 1
    told = capsys.readouterr().out
    assert "DOES NOT WORK" in told
    assert "TESTIO_API_TOKEN (in the test IO web app under Integrations, API)" in told
    assert TOKEN not in told


async def test_the_store_is_reported_and_one_that_cannot_record_fails(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "new" / "store.sqlite3"
    assert await run_doctor({"TESTDESK_STORE": str(file)}) == 0
    assert f"(TESTDESK_STORE): {file}, made at the first act" in capsys.readouterr().out
    assert not file.parent.exists()
    engine = SqliteEngine(file)
    await engine.run(lambda db: ledger.append(db, "act", {"kind": "sent"}))
    await engine.close()
    with sqlite3.connect(file) as db:
        db.execute("UPDATE ledger SET hash = 'x'")
    db.close()
    assert await run_doctor({"TESTDESK_STORE": str(file)}) == 1
    assert "THE LEDGER IS BROKEN at record 1" in capsys.readouterr().out
    file.write_bytes(b"not a database " * 300)
    assert await run_doctor({"TESTDESK_STORE": str(file)}) == 1
    assert "CANNOT BE USED, so only reading works: The store" in capsys.readouterr().out


async def test_without_any_platform_it_says_how_to_begin(capsys: pytest.CaptureFixture[str]) -> None:
    assert await run_doctor({}) == 0
    told = capsys.readouterr().out
    assert "TESTIO_API_TOKEN" in told
    assert "testdesk serve --sandbox" in told


async def test_a_weaker_consent_is_said_to_be_weaker(capsys: pytest.CaptureFixture[str]) -> None:
    await run_doctor({"TESTDESK_CONSENT": "client"})
    told = capsys.readouterr().out
    assert "WEAKER" in told
    assert "WARNING: TESTDESK_CONSENT=client asks nobody" in told


async def test_an_http_key_is_said_to_be_set_and_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    await run_doctor({"TESTDESK_HTTP_KEY": "an-http-key-nobody-guesses"})
    told = capsys.readouterr().out
    assert "HTTP key (TESTDESK_HTTP_KEY): set" in told
    assert "an-http-key" not in told


async def test_what_an_operator_accepted_or_overlooked_is_a_warning(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "token"
    file.write_text(TOKEN, encoding="utf-8")
    file.chmod(0o644)
    environment = {
        "TESTIO_API_TOKEN_FILE": str(file),
        "TESTIO_BASE_URL": "http://qa.example/v2",
        "TESTDESK_ALLOW_HTTP": "qa.example",
    }
    with respx.mock() as api:
        api.get("http://qa.example/v2/products").respond(200, json={"products": []})
        await run_doctor(environment)
        told = capsys.readouterr().out
        assert "WARNING: TESTDESK_ALLOW_HTTP sends the credential of testio unencrypted to qa.example." in told
        assert "WARNING: Other users of this machine can read the file of TESTIO_API_TOKEN_FILE" in told
        file.chmod(0o600)
        await run_doctor(environment)
        assert "Other users" not in capsys.readouterr().out


async def test_it_says_which_host_is_listed_which_tools(capsys: pytest.CaptureFixture[str]) -> None:
    await run_doctor({})
    line = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("Tools listed"))
    assert "auto, the default: 29, 269 to hosts that search tools themselves (claude-code, codex-mcp-client)" in line
    assert "`all` lists all" in line
    await run_doctor({"TESTDESK_TOOLSETS": "all"})
    assert "Tools listed (TESTDESK_TOOLSETS): all: 269\n" in capsys.readouterr().out


async def test_people_are_reported_with_rights_keys_and_own_credentials_and_no_value(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    token, file = "tio-anna-5f1e9a7733c0", tmp_path / "people.toml"
    (tmp_path / "token").write_text(token)
    file.write_text(
        '[people.anna]\nrights = ["triage", "read"]\ntestio_api_token_file = "token"\n'
        f'[people.anna.keys.laptop]\ndigest = "sha256:{"ab" * 32}"\nexpires = 2020-01-31\n[people.ben]\n'
    )
    with respx.mock() as api:
        api.get(PRODUCTS).respond(200, json={"products": []})
        await run_doctor({"TESTIO_API_TOKEN": TOKEN, "TESTDESK_PEOPLE": str(file), "TESTDESK_CONFIG": ""})
    told = capsys.readouterr().out
    assert "anna: read, triage" in told
    assert "EXPIRED on 2020-01-31" in told
    assert "own for test IO: TESTIO_API_TOKEN" in told
    assert "ben: read" in told
    assert "NO KEY" in told
    assert "request headers: refused" in told
    assert token not in told
    assert "ab" * 12 not in told
