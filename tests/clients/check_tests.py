"""`check-tests`: tests in a file of JavaScript become tests of the project, and the file is marked with their ids."""

from tests.clients.stand import Stand, claim

TESTS = """describe('Clients: cart', () => {
  it('adds an article @clients', () => {});
  it('refuses an empty order', () => { throw new Error('the order was taken'); });
});
"""


def exchange(stand: Stand) -> str:
    root, file = stand.own["testomatio"], stand.scratch / "cart_test.js"
    file.write_text(TESTS, encoding="utf-8")
    line = stand.lines["check-tests"]
    stand.run(line, "--sync")
    (load,) = stand.sent("testomatio", "POST", "/api/load")
    sent = load["body"]
    claim([one["name"] for one in sent["tests"]] == ["adds an article @clients", "refuses an empty order"], f"{sent}")
    claim(set(sent["files"]) == {"cart_test.js"}, "the file did not come along")
    claim(dict(load["query"])["api_key"] == "present", "the token stands in the query")

    stand.run(line, "--update-ids")
    marked = file.read_text(encoding="utf-8")
    known = stand.read(f"{root}/api/test_data?api_key=tstmt_demo")
    suite, test = known["suites"]["Clients: cart"], known["tests"]["refuses an empty order"]
    claim(
        suite in marked and f"refuses an empty order {test}" in marked, f"the file is not marked with {suite}, {test}"
    )
    tests = stand.read(f"{root}/api/v2/harbour-shop-6f98f/tests?per_page=100", "testomat_demo")["data"]
    made = {one["id"]: one for one in tests}[test.removeprefix("@T")]
    claim(made["state"] == "automated" and made["sync"], f"the test was not imported as code: {made}")
    claim(sum(one["state"] == "detached" for one in tests) < 10, "an import with --no-detached let tests go")
    return "imports a file of two tests, which stand in the project as automated; marks the file with their ids"
