"""Linear: one id for one marker, failures that come with 200, and files that go to a storage."""

import re
from dataclasses import replace
from uuid import UUID

import httpx
import pytest
from pydantic import SecretStr

from tests.tools.kit.wire import Wire, says
from tests.trackers import DEFECT, bench, setup_of
from tools.kit.defect import Content, bug_marker
from tools.kit.errors import Invalid, NotFound, OutcomeUnknown, PlatformError, RateLimited, Refused, Unauthorized
from tools.kit.network import Network
from tools.trackers.client import Raw, TrackerClient
from tools.trackers.drafts import draft, resolved
from tools.trackers.engine import hand_over, look_for
from tools.trackers.graphql import mutation
from tools.trackers.storage import FileStorage
from tools.trackers.vendors.linear import COMMENT, GRAPHQL, attach, id_of, read

pytestmark = pytest.mark.anyio


async def test_a_second_create_is_refused_by_linear_itself() -> None:
    async with bench("linear") as tracker:
        drafted = await resolved(tracker.api, draft(DEFECT, tracker.setup).draft)
        send = tracker.setup.tracker.create.function(drafted, tracker.setup)
        await tracker.api.act(send)
        with pytest.raises(Invalid, match="already exists"):
            await tracker.api.act(send)
        assert len(tracker.ours()) == 1


def test_the_id_of_an_issue_is_the_same_for_a_marker_in_a_team() -> None:
    eng, ops = setup_of("linear"), setup_of("linear", team="OPS")
    other = bug_marker("testio", 8810)
    assert id_of(DEFECT.marker, eng) == id_of(DEFECT.marker, eng)
    assert len({id_of(DEFECT.marker, eng), id_of(DEFECT.marker, ops), id_of(other, eng)}) == 3
    assert UUID(id_of(other, eng)).version == 4


async def test_an_issue_with_another_id_is_found_by_the_marker_in_its_text() -> None:
    async with bench("linear") as tracker:
        made = await hand_over(tracker.work())
        tracker.ours()[0].fields["id"] = "e5f0b9a0-0000-4000-8000-000000000009"
        async with bench("linear", sandboxes=tracker.sandboxes) as fresh:
            found, _ = await look_for(fresh.api, fresh.handovers, DEFECT.marker)
            assert found is not None
            assert found.issue.key == made.issue.key
            alike, _ = await look_for(fresh.api, fresh.handovers, bug_marker("testio", 8810))
            assert alike is None


async def test_an_unknown_team_label_or_issue_is_named() -> None:
    async with bench("linear", values={"team": "WEB"}) as tracker:
        with pytest.raises(Refused, match=r"team .*WEB.* there is .*ENG"):
            await hand_over(tracker.work())
    async with bench("linear", labels=["from testers"]) as tracker:
        with pytest.raises(Refused, match=r"no label .*from testers"):
            await hand_over(tracker.work())
    async with bench("linear") as tracker:
        with pytest.raises(NotFound, match="Entity not found"):
            await read(tracker.api, "ENG-999")


async def test_labels_that_exist_are_set_and_the_page_is_linked() -> None:
    async with bench("linear", labels=["web"]) as tracker:
        await hand_over(tracker.work())
        (issue,) = tracker.ours()
        assert len(issue.labels) == 2
        assert list(issue.fields["links"]) == [DEFECT.link]
        assert issue.fields["priority"] == 2


def client(wire: Wire) -> TrackerClient:
    return TrackerClient(replace(wire.account(), credentials={"token": SecretStr("lin_api_1")}), setup_of("linear"))


def error(kind: str, status: int = 200, **extensions: str) -> httpx.Response:
    body = {"errors": [{"message": "No.", "extensions": {"type": kind, **extensions}}], "data": None}
    return httpx.Response(status, json=body)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (error("authentication error"), Unauthorized),
        (error("forbidden"), Unauthorized),
        (error("usage limit exceeded"), Invalid),
        (error("internal error"), OutcomeUnknown),
        (error("ratelimited", code="RATELIMITED"), RateLimited),
        (error("authentication error", 400), Unauthorized),
        (error("ratelimited", 400, code="RATELIMITED"), RateLimited),
        (error("invalid input", 400), Invalid),
        (httpx.Response(200, json={"data": {"commentCreate": {"success": False}}}), Invalid),
    ],
)
async def test_a_failure_is_what_its_type_says(
    answer: httpx.Response, expected: type[PlatformError], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tools.kit.client.pause", lambda *_: None)
    api = client(Wire(lambda _: answer))
    with pytest.raises(expected, match=r"No|not carried out"):
        await api.act(mutation(GRAPHQL, COMMENT, input={"issueId": "1", "body": "x"}))


async def test_errors_beside_data_do_not_undo_what_was_done() -> None:
    body = {"data": {"commentCreate": {"success": True}}, "errors": [{"message": "A field failed."}]}
    assert (
        await client(Wire(says(json=body))).act(mutation(GRAPHQL, COMMENT, input={"issueId": "1", "body": "x"})) == body
    )


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("https://files.example.com/a?s=1", "files.example.com"),
        ("http://storage.googleapis.com/a", "without TLS"),
        ("https://10.0.0.7/a", "private network"),
        ("https://[", "without TLS"),
    ],
)
async def test_a_file_goes_to_no_other_host(address: str, why: str) -> None:
    account = replace(Wire(says(200)).account(), network=Network())
    storage = FileStorage(account, hosts=("storage.googleapis.com",))
    with pytest.raises(PlatformError, match=re.escape(why)) as caught:
        await storage.put(address, Raw(b"png"), {})
    assert "The file was not sent." in str(caught.value)


async def test_a_file_leaves_without_the_credential_and_with_the_signature_as_it_is() -> None:
    asset = "https://uploads.linear.app/1"
    address = "https://storage.googleapis.com/a?Signature=x%2Fy%3D"
    headers = [{"key": "x-goog-range", "value": "1,3"}, {"key": "Content-Type", "value": "image/png"}]
    place = {"uploadUrl": address, "assetUrl": asset, "headers": headers}
    wire = Wire(
        says(json={"data": {"fileUpload": {"success": True, "uploadFile": place}}}),
        says(200),
        says(json={"data": {"attachmentCreate": {"success": True}}}),
    )
    await attach(client(wire), "1", Content("a.png", "image/png", b"png"))
    _, sent, link = wire.arrived
    assert (sent.method, str(sent.url), sent.content) == ("PUT", address, b"png")
    assert (sent.headers.get_list("content-type"), sent.headers["x-goog-range"]) == (["image/png"], "1,3")
    assert "authorization" not in sent.headers
    assert asset in link.content.decode()
