"""The acts of the demonstration that play in this story: a triage, and a test that is ordered and followed."""

import json

import anyio

from tools.kit.sandbox.stage import Act, Stage

LOOKS = 60
SECONDS_BETWEEN = 0.1


async def triage(stage: Stage) -> None:
    stage.act("Triage: a duplicate is rejected, after a person said yes")
    bugs = await stage.call("testio_list_bugs", test_ids=[5512], status=["forwarded"], limit=5)
    for bug in bugs["items"]:
        stage.show(f"{bug['id']}  {bug.get('severity', ''):9} {bug['title']}")
    coverage = bugs["coverage"]
    stage.claim(coverage["complete"], f"{coverage['matched']} open bugs of {coverage['loaded']} read, and it says so")
    bug = await stage.call("testio_get_bug", bug_id=88101)
    stage.show(f"{bug['title']}: {', '.join(bug['steps'])}; {bug['actual_result']} instead of {bug['expected_result']}")
    shots = await stage.pictures("testio_get_bug_screenshots", bug_id=88101)
    stage.claim(shots > 0, f"its {shots} screenshots came as pictures")

    await stage.refused("testio_reject_bug", bug_id=88107, reason="dupe")
    stage.claim(not stage.question(), "a reason that does not exist was refused before anybody was asked")

    comment = "Thank you! This is the same fault as bug 88101, reported a little earlier."
    stage.person_will_say(yes=False)
    await stage.refused("testio_reject_bug", bug_id=88107, reason="known_bug", comment=comment)
    bug = await stage.call("testio_get_bug", bug_id=88107)
    stage.claim(bug["status"] == "forwarded", "after the no, bug 88107 is as open as before")

    stage.person_will_say(yes=True)
    done = await stage.call("testio_reject_bug", bug_id=88107, reason="known_bug", comment=comment)
    before, after = done["before"]["status"], done["now"]["status"]
    stage.claim((before, after) == ("forwarded", "rejected"), f"after the yes, bug 88107 went from {before} to {after}")
    stage.claim(comment in stage.question(), "the person had read the very comment the tester now reads")


async def order(stage: Stage) -> None:
    stage.act("Order: a paid test, after a person saw exactly what is ordered")
    features = await stage.call("testio_list_features", product_id=71, limit=3)
    for feature in features["items"]:
        stage.show(f"{feature['id']}  {feature['title']}")
    environments = await stage.call("testio_list_test_environments", product_id=71)
    environment = environments["items"][0]
    hidden = "password" in environment and "demo-pass" not in json.dumps(environments)
    stage.claim(hidden, f"environment {environment['id']} is named, its password is not")
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
    told = stage.question()
    seen_whole = all(part in told for part in ("Harbour Web", "rapid", "Coupons", "refused everywhere", "costs money"))
    stage.claim(seen_whole, "the person saw product, type, feature, goal, and that it costs money")
    test_id, status = ordered["now"]["id"], ordered["now"]["status"]
    stage.show(f"assistant follows it with testio_get_exploratory_test(test_id={test_id}); an hour passes each second")
    seen = [status]
    for _ in range(LOOKS):
        status = (await stage.call("testio_get_exploratory_test", quietly=True, test_id=test_id))["status"]
        if status != seen[-1]:
            seen.append(status)
        if status == "running":
            break
        await anyio.sleep(SECONDS_BETWEEN)
    stage.claim(seen[-1] == "running", f"test {test_id} went {' -> '.join(seen)}")


async def arrival(stage: Stage) -> None:
    stage.act("Export: a bug arrives by itself, and is triaged with nine others")
    stage.person_will_say(yes=True)
    made = await stage.call("testio_create_connection", name="Testdesk", to_inbox=True, product_ids=[71])
    stage.claim("the inbox of Testdesk" in stage.question(), "the person saw where bugs of the product will go")
    sent = await stage.control("testio/export", {"bug_id": 88126, "connection_id": made["now"]["id"]})
    stage.claim(sent["status"] == 200, f"somebody clicked Export: the platform posted the bug, tries: {sent['tries']}")
    stage.claim(await stage.heard("testio://inbox"), "the client was told that testio://inbox has changed")
    arrived = await stage.call("testio_list_inbox")
    stage.claim([bug["bug_id"] for bug in arrived["items"]] == [88126], f"it waits: {arrived['items'][0]['title']}")

    others = await stage.call("testio_list_bugs", test_ids=[5512], status=["forwarded"], limit=10)
    numbers = [88126, *[bug["id"] for bug in others["items"] if bug["id"] != 88126][:9]]
    decisions = [{"bug_id": n, "decision": "accept"} for n in numbers[:7]]
    decisions += [{"bug_id": n, "decision": "reject", "reason": "not_reproducible"} for n in numbers[7:]]
    plan = await stage.call("testio_triage_bugs", decisions=decisions, dry_run=True)
    planned = sum(result["outcome"] == "planned" for result in plan["results"])
    stage.claim(planned == len(numbers), f"a dry run shows the plan for {planned} bugs and asks nobody")
    stage.person_will_say(yes=True)
    done = await stage.call("testio_triage_bugs", decisions=decisions)
    stage.claim(all(str(n) in stage.question() for n in numbers), "one question named every bug")
    stage.claim(done["done"] == len(numbers), f"{done['done']} bugs are decided, after one yes")
    again = await stage.call("testio_triage_bugs", decisions=decisions)
    stage.claim(again["already_so"] == len(numbers), "the same list once more changes nothing and asks nobody")
    marked = await stage.call("testio_mark_inbox_handled", bug_ids=[88126])
    stage.claim(marked["waiting"] == 0, "the inbox is empty")


ACTS: tuple[Act, ...] = (triage, order, arrival)
