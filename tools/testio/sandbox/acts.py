"""The steps of the demo on test IO: reject bugs, order a test, and triage bugs from the inbox."""

import json
from typing import Any

import anyio

from tools.kit.sandbox.stage import Act, Stage

MAX_POLLS = 60
SECONDS_BETWEEN = 0.1


async def triage(stage: Stage) -> None:
    stage.act("Triage: a duplicate is rejected after the user confirms")
    bugs = await stage.call("testio_list_bugs", test_ids=[5512], status=["forwarded"], limit=5)
    for bug in bugs["items"]:
        stage.show(f"{bug['id']}  {bug.get('severity', ''):9} {bug['title']}")
    coverage = bugs["coverage"]
    stage.claim(
        coverage["complete"],
        f"{coverage['loaded']} bugs were read and {coverage['matched']} are open; the list is complete",
    )
    bug = await stage.call("testio_get_bug", bug_id=88101)
    stage.show(f"{bug['title']}: {', '.join(bug['steps'])}; {bug['actual_result']} instead of {bug['expected_result']}")
    shots = await stage.pictures("testio_get_bug_screenshots", bug_id=88101)
    stage.claim(shots > 0, f"its {shots} screenshots were returned as images")

    await stage.refused("testio_reject_bug", bug_id=88107, reason="dupe")
    stage.claim(not stage.question(), "an unknown reason was refused before the user was asked")

    comment = "Thank you! This is the same fault as bug 88101, reported a little earlier."
    stage.person_will_say(yes=False)
    await stage.refused("testio_reject_bug", bug_id=88107, reason="known_bug", comment=comment)
    bug = await stage.call("testio_get_bug", bug_id=88107)
    stage.claim(bug["status"] == "forwarded", "the user declined, and bug 88107 is still open")

    stage.person_will_say(yes=True)
    done = await stage.call("testio_reject_bug", bug_id=88107, reason="known_bug", comment=comment)
    before, after = done["before"]["status"], done["now"]["status"]
    stage.claim(
        (before, after) == ("forwarded", "rejected"), f"the user confirmed: bug 88107 went from {before} to {after}"
    )
    stage.claim(comment in stage.question(), "the user saw the exact comment that was sent to the tester")


async def approval(stage: Stage) -> None:
    stage.act("Approval: a client that cannot ask rejects a bug after the user approved it in a terminal")
    call: dict[str, Any] = {
        "bug_id": 88124,
        "reason": "intended_behavior",
        "comment": "Sold-out articles can be ordered ahead.",
    }
    async with stage.unable_to_ask() as other:
        refusal = await other.refused("testio_reject_bug", **call)
        shown = await other.approve(refusal)
        stage.claim(call["comment"] in shown, "the user saw the exact comment in the terminal, and typed yes")
        again = await other.refused("testio_reject_bug", **call | {"comment": "Another comment."})
        stage.claim(again != refusal, "a call with another comment does not pass, and has another number")
        done = await other.call("testio_reject_bug", **call)
        stage.claim(done["now"]["status"] == "rejected", "the approved call passed: bug 88124 is rejected")


async def order(stage: Stage) -> None:
    stage.act("Order: the user sees exactly what a paid test includes, and confirms it")
    features = await stage.call("testio_list_features", product_id=71, limit=3)
    for feature in features["items"]:
        stage.show(f"{feature['id']}  {feature['title']}")
    environments = await stage.call("testio_list_test_environments", product_id=71)
    environment = environments["items"][0]
    hidden = "password" in environment and "demo-pass" not in json.dumps(environments)
    stage.claim(hidden, f"environment {environment['id']} is listed without its password")
    stage.person_will_say(yes=True)
    ordered = await stage.call(
        "testio_create_exploratory_test",
        product_id=71,
        test_title="Checkout after the coupon fix",
        testing_type="rapid",
        duration_hours=2,
        goal="Make sure that expired codes are refused everywhere",
        test_environment={"id": environment["id"]},
        features=[{"id": 302}],
    )
    question = stage.question()
    is_complete = all(
        part in question for part in ("Harbour Web", "rapid", "Coupons", "refused everywhere", "costs money")
    )
    stage.claim(is_complete, "the user saw the product, type, feature and goal, and that it costs money")
    test_id, status = ordered["now"]["id"], ordered["now"]["status"]
    stage.show(f"the assistant polls testio_get_exploratory_test(test_id={test_id}); an hour passes every second")
    statuses = [status]
    for _ in range(MAX_POLLS):
        status = (await stage.call("testio_get_exploratory_test", quietly=True, test_id=test_id))["status"]
        if status != statuses[-1]:
            statuses.append(status)
        if status == "running":
            break
        await anyio.sleep(SECONDS_BETWEEN)
    stage.claim(statuses[-1] == "running", f"test {test_id} went {' -> '.join(statuses)}")


async def arrival(stage: Stage) -> None:
    stage.act("Export: a bug arrives by webhook and is triaged with nine others")
    stage.person_will_say(yes=True)
    created = await stage.call("testio_create_connection", name="Testdesk", to_inbox=True, product_ids=[71])
    stage.claim("the inbox of Testdesk" in stage.question(), "the user saw where the product's bugs will be sent")
    sent = await stage.control("testio/export", {"bug_id": 88126, "connection_id": created["now"]["id"]})
    stage.claim(sent["status"] == 200, f"Export was clicked: the platform posted the bug, tries: {sent['tries']}")
    stage.claim(await stage.heard("testio://inbox"), "the client was notified that testio://inbox has changed")
    arrived = await stage.call("testio_list_inbox")
    stage.claim([bug["bug_id"] for bug in arrived["items"]] == [88126], f"in the inbox: {arrived['items'][0]['title']}")

    others = await stage.call("testio_list_bugs", test_ids=[5512], status=["forwarded"], limit=10)
    numbers = [88126, *[bug["id"] for bug in others["items"] if bug["id"] != 88126][:9]]
    decisions = [{"bug_id": n, "decision": "accept"} for n in numbers[:7]]
    decisions += [{"bug_id": n, "decision": "reject", "reason": "not_reproducible"} for n in numbers[7:]]
    plan = await stage.call("testio_triage_bugs", decisions=decisions, dry_run=True)
    planned = sum(result["outcome"] == "planned" for result in plan["results"])
    stage.claim(planned == len(numbers), f"a dry run shows the plan for {planned} bugs without a question")
    stage.person_will_say(yes=True)
    done = await stage.call("testio_triage_bugs", decisions=decisions)
    stage.claim(all(str(n) in stage.question() for n in numbers), "one question listed every bug")
    stage.claim(done["done"] == len(numbers), f"{done['done']} bugs were decided with one confirmation")
    again = await stage.call("testio_triage_bugs", decisions=decisions)
    stage.claim(again["already_so"] == len(numbers), "sending the same list again changes nothing and asks nothing")
    marked = await stage.call("testio_mark_inbox_handled", bug_ids=[88126])
    stage.claim(marked["waiting"] == 0, "the inbox is empty")


ACTS: tuple[Act, ...] = (triage, approval, order, arrival)
