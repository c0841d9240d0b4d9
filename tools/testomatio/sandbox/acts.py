"""The acts of the demonstration that play in this story: cases written down once, and a run that failed."""

from tools.kit.sandbox.stage import Act, Stage

COUPONS, CART = "c0ffee01", "f01de003"
CASES = """## An expired code is refused
It is there already.

## A code that expires while the cart is open is refused @coupons
1. Put an article into the cart
2. Enter a code that runs out in a minute, and wait
   *Expected*: The code is refused at the next step
"""
ISSUE, REFUSALS = "SHOP-412", "4ef05a15"
MISSING = """## No mail is sent when the bank asks again and refuses then @payment
1. Pay with a card that needs a second factor, and refuse there
   *Expected*: No order confirmation arrives, the cart is as before

## A refused payment is told on the page and by nothing else @payment
1. Pay with a card that the bank refuses
   *Expected*: The page says so; there is neither a mail nor a push message

## A payment that times out sends no confirmation @payment
1. Pay, and close the window of the bank
2. Wait for ten minutes
   *Expected*: The order is cancelled, no confirmation was sent
"""


async def cases(stage: Stage) -> None:
    stage.act("Testomat.io: cases from a bug, in the tree of suites")
    tree = await stage.call("testomatio_get_suite_tree", with_tests=True)
    rows, pages = list(tree["items"]), 1
    while cursor := tree.get("next_cursor"):
        tree = await stage.call("testomatio_get_suite_tree", with_tests=True, cursor=cursor)
        rows, pages = [*rows, *tree["items"]], pages + 1
    told = sum(len(row.get("titles", ())) for row in rows)
    deepest = max(row["depth"] for row in rows)
    stage.claim(told == tree["tests"], f"{len(rows)} suites, {deepest} deep, and {told} tests in {pages} answers")

    sentence = await stage.refused("testomatio_list_tests", tql="tag = 'coupons'")
    stage.claim("character 5" in sentence, "a mistake in a query was told with its place before anything was sent")
    sentence = await stage.refused("testomatio_update_suite", suite_id=CART, parent_id=COUPONS)
    stage.claim("is below it" in sentence, "a move that would run in a circle was refused")

    plan = await stage.call("testomatio_create_tests", suite_id=COUPONS, markdown=CASES, dry_run=True)
    stage.claim(plan["done"] == "1 there already, 1 would be created.", f"a dry run says: {plan['done']}")
    made = await stage.call("testomatio_create_tests", suite_id=COUPONS, markdown=CASES)
    again = await stage.call("testomatio_create_tests", suite_id=COUPONS, markdown=CASES)
    stage.claim(again["done"] == "2 there already.", f"first {made['done']} The same list once more: {again['done']}")

    test_id = made["items"][1]["id"]
    linked = await stage.call("testomatio_add_links", kind="test", ids=[test_id], labels=["Severity:Major"])
    stage.claim(linked["items"][0]["status"] == "done", f"test {test_id} carries its label, read back")

    stage.person_will_say(yes=False)
    await stage.refused("testomatio_delete_suite", suite_id=COUPONS)
    stage.claim("With it go 19 tests." in stage.question(), "the person saw what would go with the suite")
    kept = await stage.call("testomatio_get_test", test_id=test_id)
    stage.claim(kept["test"]["id"] == test_id, "after the no, all of it is there")


async def from_an_issue(stage: Stage) -> None:
    stage.act("Testomat.io: from an issue to the run that failed for it, and to cases that were missing")
    issues = await stage.call("testomatio_list_issues", source="jira")
    linked = [one for one in issues["items"] if one.get("jira_id") == ISSUE]
    test_id = next(one["resource_id"] for one in linked if one["resource_type"] == "test")
    stage.show(f"{ISSUE} is linked to {', '.join(one['resource_type'] + ' ' + one['resource_id'] for one in linked)}")
    tree = await stage.call("testomatio_get_suite_tree", suite_id=REFUSALS, with_tests=True)
    there = tree["items"][0]["titles"]
    stage.claim(test_id in str(there), f"test {test_id} stands in suite Refusals, beside {len(there) - 1} others")

    runs = await stage.call("testomatio_list_runs", text="9.0.1", status=["failed"])
    run_id = runs["items"][0]["id"]
    report = await stage.call("testomatio_get_run_report", run_id=run_id)
    for group in report["groups"]:
        marks = ", ".join(f"{count} {mark}" for mark, count in group["marks"].items())
        stage.show(f"{group['tests']:2} ({marks})  {group['error'].splitlines()[0]}")
    failing, groups = report["failing_tests"], report["groups"]
    stage.claim(len(groups) < failing, f"{failing} failing tests are {len(groups)} different errors")
    stage.claim(
        "new" in groups[0]["marks"], f"the new one comes first, judged by {report['earlier_runs']} earlier runs"
    )
    for_it = next(one for one in groups if ISSUE in {defect["name"] for defect in one.get("defects", ())})
    stage.claim(for_it["tests"] == 3, f"three of them are {ISSUE}, failing since run {for_it['since_run']}")
    stage.claim("[hidden]" in str(groups), "a password and a token that a log had pasted were masked")

    made = await stage.call("testomatio_create_tests", suite_id=REFUSALS, markdown=MISSING)
    ids = [row["id"] for row in made["items"]]
    stage.claim(made["done"] == "3 created.", f"three new cases stand in the suite: {', '.join(ids)}")
    await stage.call("testomatio_link_issue", target="test", target_id=ids[0], jira_id=ISSUE)

    run = await stage.call("testomatio_create_run", title="SHOP-412 by hand", test_ids=ids, env="staging")
    by_hand = run["now"]["run"]["id"]
    stage.claim(run["now"]["results"]["pending"] == 3, f"run {by_hand} waits for three results")
    filled = await stage.call(
        "testomatio_add_results", run_id=by_hand, results=[{"test_id": ids[0], "status": "failed"}]
    )
    stage.claim(filled["results"][0]["outcome"] == "updated", "the result that waited was filled in, none was doubled")
    stage.person_will_say(yes=False)
    await stage.refused("testomatio_finish_run", run_id=by_hand)
    stage.claim("The 2 pending become skipped" in stage.question(), "the person saw what finishing would lose")
    kept = await stage.call("testomatio_get_run", run_id=by_hand)
    stage.claim(kept["results"]["pending"] == 2, "after the no, the run goes on with its two pending results")


ACTS: tuple[Act, ...] = (cases, from_an_issue)
