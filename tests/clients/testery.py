"""`testery`: a token is verified, a run is created, results and files of a build are uploaded, all is listed."""

import re

from tests.clients.stand import Stand, claim

JUNIT = """<testsuite name="Clients" tests="2" failures="1">
  <testcase classname="Cart" name="adds an article" time="0.12"/>
  <testcase classname="Cart" name="refuses an empty order"><failure message="taken">line 4</failure></testcase>
</testsuite>
"""


def exchange(stand: Stand) -> str:
    root, line = stand.own["testery"], stand.lines["testery"]
    (stand.scratch / "junit.xml").write_text(JUNIT, encoding="utf-8")
    where = line.words.index("list-test-runs")
    program, token = line.words[:where], line.words[where + 1 :]

    def ask(*words: str) -> str:
        return stand.run(line, words=[*program, *words, *token]).stdout

    listed = stand.run(line).stdout
    claim("902119" in listed and "RUNNING" in listed, f"the line that the start prints does not list runs: {listed}")
    claim("Valid token" in ask("verify-token"), "the token was not valid")
    claim("Mara Lindt" in ask("whoami"), "the token is nobody's")

    on = ("--project", "harbour-web", "--environment", "staging")
    made = _number(ask("create-test-run", *on, "--git-ref", "abc123", "--test-name", "Clients"))
    up = ("--project-key", "harbour-web", "--environment-key", "staging", "--path", "junit.xml", "--branch", "main")
    uploaded = _number(ask("upload-test-run", *up, "--git-ref", "abc123"))
    ask("upload-build-artifacts", "--project", "harbour-web", "--build-id", "clients-1", "--path", "junit.xml")
    (put,) = stand.sent("testery", "PUT", "/7301/clients-1/junit.xml")
    claim(put["body"] == {"bytes": len(JUNIT)}, f"another file arrived: {put['body']}")

    runs = {one["id"]: one for one in stand.read(f"{root}/api/test-runs?limit=50&offset=0", "pat_demo")}
    claim(
        (runs[made]["name"], runs[made]["gitRef"]) == ("Clients", "abc123"),
        f"the run reads otherwise: {runs[made]}",
    )
    counts = (runs[uploaded]["passCount"], runs[uploaded]["failCount"])
    claim(counts == (1, 1), f"the uploaded results read otherwise: {counts}")
    claim(str(made) in ask("list-active-test-runs"), "the run that was created is not active")
    return "verifies a person's token, creates a run, uploads results and a build's file, lists runs"


def _number(said: str) -> int:
    found = re.search(r"test_run_id: (\d+)", said)
    claim(found, f"no run was created: {said}")
    assert found is not None
    return int(found[1])
