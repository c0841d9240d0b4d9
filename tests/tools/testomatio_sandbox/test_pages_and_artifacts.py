"""The fake Testomat.io: the pages that its addresses lead to, and the store that artifacts are put into."""

from urllib.parse import urlsplit

import httpx
import pytest

from tests.tools.testomatio_sandbox.small import SMALL, http, json_of
from tools.kit.sandbox.sandbox import Sandbox

pytestmark = pytest.mark.anyio

REPORTER = "/api/reporter"
SIGNED = {"Authorization": "AWS4-HMAC-SHA256 Credential=AKIASMALL/20260403/eu-central-1/s3/aws4_request, Signature=0"}


async def test_the_address_of_a_report_leads_to_a_page(ci: httpx.AsyncClient, sandbox: Sandbox) -> None:
    run = json_of(await ci.post(REPORTER, json={"title": "<b>Night</b> & day", "access_event": "publish"}))
    result = {"title": "<script>alert(1)</script>", "status": "failed", "message": "a < b", "create": True}
    json_of(await ci.post(f"{REPORTER}/{run['uid']}/testrun", json=result))
    json_of(await ci.put(f"{REPORTER}/{run['uid']}", json={"status_event": "finish"}))
    async with http(sandbox) as nobody:
        for address in (run["url"], run["public_url"]):
            page = await nobody.get(address)
            assert page.status_code == 200
            assert page.headers["content-type"] == "text/html; charset=utf-8"
            assert "default-src 'none'" in page.headers["content-security-policy"]
            assert "<h1>&lt;b&gt;Night&lt;/b&gt; &amp; day</h1>" in page.text
            assert "<tr><th>Failed</th><td>1</td></tr>" in page.text
            assert (
                "<tr><td>&lt;script&gt;alert(1)&lt;/script&gt;</td><td>failed</td><td>a &lt; b</td></tr>" in page.text
            )
            assert "<script" not in page.text


async def test_every_address_that_records_name_leads_to_a_page(sandbox: Sandbox, client: httpx.AsyncClient) -> None:
    rows = [
        json_of(await client.get(f"/api/{SMALL}/{path}"))["data"]["attributes"]
        for path in ("runs/r0000001", "tests/t0000001", "suites/s0000003")
    ]
    project = json_of(await client.get(f"/api/projects/{SMALL}"))["data"]["attributes"]
    async with http(sandbox) as nobody:
        for address in [*(row["to-url"] for row in rows), project["record-url"]]:
            assert (await nobody.get(address)).status_code == 200, address
        for address in ("/projects/nope", f"/projects/{SMALL}/runs/nope", f"/projects/{SMALL}/test/nope",
                        f"/projects/{SMALL}/suite/nope", "/report/r0000001"):  # fmt: skip
            assert (await nobody.get(address)).status_code == 404, address
        assert (await nobody.get(f"/projects/{SMALL}/else")).status_code == 404


async def test_what_adds_up_run_times_does_so_in_one_unit(ci: httpx.AsyncClient, sandbox: Sandbox) -> None:
    sandbox.world.tests.main["t0000002"].state = "automated"
    for sent, test_id in ((1500, "t0000001"), (0.5, "t0000002")):
        run = json_of(await ci.post(REPORTER, json={}))["uid"]
        result = {"test_id": test_id, "status": "passed", "run_time": sent}
        json_of(await ci.post(f"{REPORTER}/{run}/testrun", json=result))
        json_of(await ci.put(f"{REPORTER}/{run}", json={"status_event": "finish"}))
    async with http(sandbox, Authorization="Bearer testomat_demo") as v2:
        rows = json_of(await v2.get(f"/api/v2/{SMALL}/testruns"))["data"]
        assert [row["run_time"] for row in rows][-2:] == [1500, 0.5], "what was sent is given back"
        slow = json_of(await v2.get(f"/api/v2/{SMALL}/analytics/tests/slow?group_by=test&threshold_ms=11"))["data"]
    assert {row["key"]: row["max_run_time"] for row in slow if row["key"] in {"t0000002"}} == {"t0000002": 500}


async def test_an_artifact_is_put_and_read(ci: httpx.AsyncClient, sandbox: Sandbox) -> None:
    storage = json_of(await ci.post(REPORTER, json={}))["artifacts"]
    store = f"{storage['ENDPOINT']}/{storage['BUCKET']}"
    where = f"{store}/run/shot.png"
    async with http(sandbox) as s3:
        put = await s3.put(where, content=b"\x89PNG", headers={**SIGNED, "content-type": "image/png"})
        assert (put.status_code, len(put.headers["etag"])) == (200, 34)
        got = await s3.get(where)
        assert (got.content, got.headers["content-type"]) == (b"\x89PNG", "image/png")
        chunked = {**SIGNED, "content-encoding": "aws-chunked"}
        pieces = b"3;chunk-signature=a\r\nabc\r\n2\r\nde\r\n0\r\nx-amz-checksum-crc32:AAAA\r\n\r\n"
        assert (await s3.put(f"{store}/log.txt", content=pieces, headers=chunked)).status_code == 200
        assert (await s3.get(f"{store}/log.txt")).content == b"abcde"
        broken = await s3.put(f"{store}/x", content=b"9\r\nabc", headers=chunked)
        strange = await s3.put(where, content=b"x")
        missing = await s3.get(f"{store}/none")
    statuses = [answer.status_code for answer in (broken, strange, missing)]
    assert statuses == [400, 403, 404]
    assert urlsplit(store).path == "/testomatio-artifacts"
