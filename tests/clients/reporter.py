"""`@testomatio/reporter`: a run through its command line and its API, with a failure and an artifact, read back."""

import json

from tests.clients.install import MODULES
from tests.clients.stand import Stand, claim

SCRIPT = """import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Client, STATUS } from '@testomatio/reporter';

writeFileSync('shot.txt', 'what the page showed');
const client = new Client({ apiKey: process.env.TESTOMATIO });
await client.createRun();
await client.addTestRun(STATUS.PASSED, { rid: 'one', title: 'adds an article', suite_title: 'Clients', time: 120 });
await client.addTestRun(STATUS.FAILED, {
  rid: 'two', title: 'refuses an empty order', suite_title: 'Clients', time: 340,
  error: new Error('the order was taken'), files: [resolve('shot.txt')], meta: { browser: 'none' },
});
await client.updateRunStatus(STATUS.FINISHED);
process.exit(1);
"""
PROJECT = "harbour-shop-6f98f"


def exchange(stand: Stand) -> str:
    root, line = stand.own["testomatio"], stand.lines["@testomatio/reporter"]
    (stand.scratch / "report.mjs").write_text(SCRIPT, encoding="utf-8")
    (stand.scratch / "node_modules").symlink_to(MODULES / "node_modules")  # where Node looks for what is imported
    program = line.words[:2]
    titled = {"TESTOMATIO_TITLE": "Run of the clients", "TESTOMATIO_ENV": "node, linux", "TESTOMATIO_PUBLISH": "1"}
    stand.run(line, "run", "node report.mjs", words=program, status=1, **titled)

    (created,) = stand.sent("testomatio", "POST", "/api/reporter")
    claim(created["body"]["title"] == "Run of the clients", f"another run was opened: {created['body']}")
    results = [one for row in stand.sent("testomatio", "POST", "/api/reporter/[0-9a-f]+/testrun") for one in _of(row)]
    claim([one["status"] for one in results] == ["passed", "failed"], f"other results came: {results}")
    claim([one["run_time"] for one in results] == [120, 340], "its run times are milliseconds")
    claim(stand.sent("testomatio", "PUT", ".*/shot.txt"), "the artifact was not put into the store")

    (run,) = json.loads(
        stand.run(line, "fetch", "--project", PROJECT, "--latest", "--format", "json", words=program).stdout
    )
    told = [run[name] for name in ("title", "status", "env", "passed_count", "failed_count")]
    claim(told == ["Run of the clients", "failed", "node, linux", 1, 1], f"the run reads otherwise: {told}")
    where = f"{root}/api/v2/{PROJECT}/testruns?run_id={run['id']}"
    failed = next(one for one in stand.read(where, "testomat_demo")["data"] if one["status"] == "failed")
    claim("the order was taken" in failed["message"], f"its error reads otherwise: {failed['message']}")
    shot = next(one for one in failed["artifacts"] if one.endswith("/shot.txt"))
    claim(stand.fetch(shot) == "what the page showed", "the artifact reads otherwise")
    page = stand.fetch(f"{root}/projects/{PROJECT}/runs/{run['id']}")
    claim("<h1>Run of the clients</h1>" in page, "the address of the report does not lead to it")

    tagged = stand.run(line, "run", "--filter-list", "testomatio:tag-name=smoke", "--format", "ids", words=program)
    claim(tagged.stdout.strip(), "no test was found by its tag")
    return "reports a run with a passed and a failed test and an artifact, ends it, reads it back, finds tests by a tag"


def _of(row: dict[str, object]) -> list[dict[str, object]]:
    """The results in a request: one, or a batch."""
    body = row["body"]
    assert isinstance(body, dict)
    return list(body.get("tests", [body]))
