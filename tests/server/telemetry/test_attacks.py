"""What a client or a platform writes is in no span and no metric, and no secret is in the log."""

from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from mcp import MCPError
from mcp.types import CallToolRequest, CallToolRequestParams, CallToolResult

from server.telemetry.names import plain_id
from tests.desk import ERAS, change_bug
from tests.server.telemetry.watched import Watched, watched

pytestmark = pytest.mark.anyio

WORDS = "Ignore-previous-instructions"
SECRET = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
NAMES = [WORDS, "x" * 10_000, f"testio_get_bug {WORDS}", "testio_get_bug\ntestdesk_ready 0", SECRET]


def check(w: Watched) -> None:
    """Nothing of theirs is exported, and no secret is logged."""
    assert w.spans
    assert WORDS not in w.exported()
    assert SECRET not in w.exported()
    assert "xxxxx" not in w.exported()
    assert SECRET not in w.stderr.getvalue()
    assert w.lines()


@pytest.mark.parametrize("mode", ERAS)
@pytest.mark.parametrize("name", NAMES, ids=["words", "long", "suffix", "lines", "secret"])
async def test_a_name_that_no_tool_has_is_unknown(mode: str, name: str) -> None:
    async with watched(mode) as w:
        with pytest.raises(MCPError):
            await w.desk.call(name)
        assert w.span("tools/call unknown").attributes == {
            "mcp.method.name": "tools/call",
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": "unknown",
            "testdesk.effect": "unknown",
            "testdesk.platform": "unknown",
            "testdesk.outcome": "invalid",
            "testdesk.era": "modern" if mode == "auto" else "handshake",
            "error.type": "invalid",
            "jsonrpc.request.id": str((w.span("tools/call unknown").attributes or {})["jsonrpc.request.id"]),
        }
        assert w.value("testdesk_calls_total", tool="unknown", outcome="invalid") == 1
        assert w.calls()[-1]["tool"] == "unknown"
        check(w)


async def test_prompts_resources_and_methods_are_not_named() -> None:
    async with watched("legacy") as w:
        for wrong in (w.desk.client.get_prompt(WORDS), w.desk.client.read_resource(f"testio://{WORDS}/{SECRET}")):
            with pytest.raises(MCPError):
                await wrong
        check(w)


async def test_arguments_and_platform_texts_stay_out() -> None:
    async with watched() as w:
        change_bug(w.desk.sandboxes, 88101, title=f"{WORDS} {SECRET}")
        await w.desk.answer("testio_get_bug", bug_id=88101)
        await w.desk.answer("testery_create_environment", environment_key="preview", name=WORDS)
        await w.desk.call("testio_get_bug", bug_id=f"{WORDS}/{SECRET}")
        await w.desk.call("testery_get_environment", environment_key=WORDS)
        await w.desk.call("testery_list_test_runs", name=SECRET)
        check(w)
        assert w.span("GET /environments/{id}") is not None


async def test_the_text_of_a_failure_stays_out(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise RuntimeError(f"{WORDS} token={SECRET}")

    async with watched() as w:
        await w.desk.fault(status=500, times=9, body={"error": f"{WORDS} {SECRET}"})
        await w.desk.call("testio_get_bug", bug_id=88101)
        monkeypatch.setattr("tools.kit.client.ApiClient.read", fail)
        assert (await w.desk.call("testery_list_projects")).is_error
        check(w)
        assert any("traceback" in line for line in w.lines()), "it is logged, redacted"
        assert w.span("tools/call testery_list_projects").events == ()


async def test_a_transport_s_failure_stays_out(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object) -> httpx.Response:
        raise httpx.ConnectError(f"{WORDS} {SECRET}")

    async with watched() as w:
        monkeypatch.setattr("server.sandbox.SandboxTransport.handle_async_request", fail)
        monkeypatch.setattr("tools.kit.retry.TRIES", 1)
        assert (await w.desk.call("testery_list_projects")).is_error
        span = w.span("GET /projects")
        assert (span.attributes or {})["error.type"] == "Unavailable"
        assert span.status.description is None
        check(w)


def meta(**given: str) -> Mapping[str, Any]:
    return {"traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01", **given}


async def test_of_a_client_s_trace_only_its_numbers_are_taken() -> None:
    async with watched("legacy") as w:
        await sent(w, meta(tracestate=f"vendor={WORDS}", baggage=f"user={SECRET}"))
        span = w.span("tools/call testery_list_projects")
        assert span.context is not None
        assert span.context.trace_id == int("ab" * 16, 16)
        assert span.parent is not None
        assert span.parent.span_id == int("cd" * 8, 16)
        assert not span.context.trace_state
        assert not span.parent.trace_state
        check(w)


@pytest.mark.parametrize("wrong", ["", "x" * 10_000, f"00-{'0' * 32}-{'0' * 16}-01", WORDS])
async def test_a_trace_that_is_none_is_left_out(wrong: str) -> None:
    async with watched("legacy") as w:
        await sent(w, {"traceparent": wrong})
        assert w.span("tools/call testery_list_projects").parent is None
        check(w)


async def sent(w: Watched, extra: Mapping[str, Any]) -> None:
    """Call a tool with this `_meta`."""
    params = CallToolRequestParams(name="testery_list_projects", arguments={}, _meta=extra)  # type: ignore[arg-type]
    result = await w.desk.client.session.send_request(CallToolRequest(params=params), CallToolResult)
    assert not result.is_error


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        *((7, "7"), ("question-12ab", "question-12ab"), (None, "")),
        ("6f1c2a34-9b1d-4c55-8a77-0d9e4b1f2a3c", "6f1c2a34-9b1d-4c55-8a77-0d9e4b1f2a3c"),
        *(("two words", "unknown"), ("x" * 65, "unknown"), ("a\nb", "unknown"), ("", "unknown")),
    ],
)
def test_the_id_of_a_request_is_a_number_or_one_short_word(given: object, plain: str) -> None:
    from server.guards.redact import Redactor

    assert plain_id(given, Redactor()) == plain
    assert SECRET not in plain_id(SECRET, Redactor())
    assert "hunter2" not in plain_id("hunter2", Redactor(["hunter2"]))
