"""`pytestomatio`: tests of pytest are synchronised, marked with their ids, run and reported."""

from tests.clients.stand import Stand, claim

TESTS = '''"""Tests of the exchange."""

import pytest


class TestCart:
    def test_adds_an_article(self):
        """An article is in the cart."""

    def test_refuses_an_empty_order(self):
        assert "taken" == "refused"
'''
PROJECT = "harbour-shop-6f98f"
ENDED_EARLY = 2
"""How pytest ends where a plugin stops it before any test: the synchronisation does so."""


def exchange(stand: Stand) -> str:
    root, file = stand.own["testomatio"], stand.scratch / "test_cart.py"
    file.write_text(TESTS, encoding="utf-8")
    line = stand.lines["pytestomatio"]
    synchronised = ["pytest", "--testomatio", "sync", "--no-detach", "-p", "no:cacheprovider", "test_cart.py"]
    stand.run(line, words=synchronised, status=ENDED_EARLY)
    (load,) = stand.sent("testomatio", "POST", "/api/load")
    names = [one["name"] for one in load["body"]["tests"]]
    claim(names == ["Adds an article", "Refuses an empty order"], f"other tests came: {names}")
    known = stand.read(f"{root}/api/test_data?api_key=tstmt_demo")["tests"]
    ids = [known[name] for name in names]
    marked = file.read_text(encoding="utf-8")
    claim(all(f'@pytest.mark.testomatio("{one}")' in marked for one in ids), f"the file is not marked with {ids}")

    stand.run(line, "test_cart.py", status=1, TESTOMATIO_TITLE="Run of pytest")
    rows = stand.sent("testomatio", "POST", "/api/reporter/[0-9a-f]+/testrun")
    results = [one for row in rows for one in row["body"].get("tests", [row["body"]])]
    claim([one["status"] for one in results] == ["passed", "failed"], f"other results came: {results}")
    claim(all(0 < one["run_time"] < 5 for one in results), "its run times are fractions of a second")
    runs = stand.read(f"{root}/api/v2/{PROJECT}/runs?search=Run%20of%20pytest", "testomat_demo")["data"]
    told = [(run["passed_count"], run["failed_count"]) for run in runs]
    claim(told == [(1, 1)], f"the run reads otherwise: {told}")
    found = stand.read(f"{root}/api/v2/{PROJECT}/testruns?run_id={runs[0]['id']}", "testomat_demo")["data"]
    claim({f"@T{one['test_id']}" for one in found} == set(ids), "the results are not those of the tests")
    return "synchronises two tests, marks their file with ids, and reports a passed and a failed result of them"
