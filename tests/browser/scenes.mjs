// What people do on the board, each scene with its claims. Each line that comes in names a scene and its options; the
// answer is a line too. All scenes play in one browser.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { createInterface } from "node:readline";
import { BOARD, NO, YES, open, sleep } from "./stage.mjs";

const FEATURE = "io.modelcontextprotocol/ui";
const HOST_COLOURS = {
  "--color-background-primary": "light-dark(#faf9f5, #262624)", "--color-background-secondary": "light-dark(#f0eee6, #30302e)",
  "--color-text-primary": "light-dark(#141413, #faf9f5)", "--color-text-secondary": "light-dark(#5e5d59, #c2c0b6)",
  "--color-border-secondary": "light-dark(#d1cfc5, #4d4c48)", "--color-border-tertiary": "light-dark(#e3e1d8, #3a3937)",
};
const title = (h, at) => h.view.locator(".title").nth(at);
const box = (h, at) => h.view.locator("li.bug [type=checkbox]").nth(at);
const ids = (h) => h.view.locator("li.bug").evaluateAll((nodes) => nodes.map((node) => +node.dataset.id));
const names = (h) => h.tools.map((tool) => tool.name);
const bug = (id, more = {}) => ({ id, title: `Bug ${id}`, severity: ["low", "high", "critical", "visual"][id % 4], status: "forwarded", author: "ines", feature: `Area ${id % 9}`, devices: ["Phone, OS 1"], reported_at: "2026-04-03T06:31Z", ...more });
const board = (items) => ({ content: [{ type: "text", text: "" }], structuredContent: { items, coverage: { matched: items.length, loaded: items.length, complete: true } } });

const scenes = {
  // It shows every open bug, its pictures and look-alikes, without an accessibility violation.
  async looks({ host }, { pictures }) {
    for (const theme of ["light", "dark"]) {
      const h = await host({ theme });
      await h.open();
      assert.ok(h.page_of_view.bytes <= 25_000, `${h.page_of_view.bytes} bytes`);
      assert.equal(h.page_of_view.mimeType, "text/html;profile=mcp-app");
      await h.says("You are asked once");
      assert.equal(await h.view.locator("li.bug").count(), 103);
      await h.view.waitForFunction(() => document.querySelectorAll("img.thumb[src^='data:image/']").length > 3);
      const shown = await h.page.evaluate(() => window.calls.filter((name) => name.endsWith("screenshots")).length);
      assert.ok(shown < 15, `${shown} pictures were loaded for one screen`);
      assert.deepEqual(await h.violations(), [], "at rest");
      await title(h, 2).click();
      await h.view.waitForSelector(".shot img");
      await box(h, 0).check();
      await box(h, 2).check();
      await h.page.mouse.move(0, 0);
      assert.deepEqual(await h.violations(), [], "opened");
      if (pictures) {
        mkdirSync(pictures, { recursive: true });
        const frame = await h.page.locator("#proxy").boundingBox();
        await h.page.screenshot({ path: `${pictures}/triage-board-${theme}.png`, clip: { x: 0, y: 0, width: frame.width, height: frame.height } });
      }
      await h.view.locator(".alike button").first().click();
      await h.view.waitForSelector("#detail table");
      assert.ok((await h.view.locator("#detail tr").count()) > 8);
      assert.deepEqual(await h.violations(), [], "comparing");
      await h.page.evaluate((variables) => window.bridge.setHostContext({ styles: { variables } }), HOST_COLOURS);
      await h.view.locator("#reject").click();
      await h.view.waitForSelector("#why:not([hidden])");
      assert.deepEqual(await h.violations(), [], "rejecting, with the host's colours");
      assert.deepEqual(h.errors, []);
    }
  },

  // From 320 to 1,400 pixels nothing overflows.
  async narrow({ host }) {
    const h = await host({ width: 320 });
    await h.open();
    await title(h, 1).click();
    await h.view.waitForSelector("li.bug > #detail");
    for (const width of [320, 390, 600, 859, 860, 1400]) {
      await h.page.setViewportSize({ width, height: 800 });
      await sleep(150);
      const [wide, room] = await h.view.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      assert.ok(wide <= room, `${wide} in ${room}`);
      if (width === 320) assert.deepEqual(await h.violations(), []);
    }
  },

  // A click asks the person; a no sends nothing, a yes carries out exactly what was asked.
  async decides({ host }, { era }) {
    const h = await host({ era });
    await h.open();
    await h.says("You are asked once");
    const [first, second, third] = await ids(h);
    await box(h, 0).check();
    await box(h, 1).check();
    h.answer = NO;
    await h.view.locator("#accept").evaluate((button) => { button.click(); button.click(); button.click(); });
    await h.says("The user said no");
    assert.equal(h.asked.length, 1, "three clicks are one question");
    assert.match(h.asked[0], new RegExp(`accept ${first}[^]*accept ${second}`));
    assert.equal(await h.statusOf(first), "forwarded");
    assert.equal(await box(h, 0).isChecked(), true, "the choice stays");
    h.answer = YES;
    await h.view.locator("#accept").click();
    await h.says("2 done");
    assert.equal(await h.statusOf(first), "accepted");
    assert.equal(await h.statusOf(second), "accepted");
    assert.equal(await h.view.evaluate(() => document.activeElement.closest(".bug").dataset.id), String(third), "the next open bug has the focus");
    assert.deepEqual(await h.violations(), [], "decided");
    await h.page.keyboard.press("r");
    await h.view.locator("#reason").selectOption("known_bug");
    await h.view.locator("#comment").fill("Known since March.");
    await h.view.locator("#send").click();
    await h.says("1 done");
    assert.match(h.asked.at(-1), /known_bug, with the comment 'Known since March\.'/);
    assert.equal(await h.statusOf(third), "rejected");
    const model = await h.page.evaluate(() => window.model);
    assert.equal(model.at(-1), `Decided on the triage board: bug ${third} reject: done.`, "no word of a stranger goes to the model");
    assert.deepEqual(h.errors, []);
  },

  // Everything works without a mouse.
  async keyboard({ host }) {
    const h = await host();
    await h.open();
    await h.says("You are asked once");
    const [first, second, third] = await ids(h);
    const focused = () => h.view.evaluate(() => +document.activeElement.closest(".bug")?.dataset.id);
    await h.view.locator("#find").focus();
    for (const [key, id] of [["Escape", NaN], ["j", second], ["j", third], ["k", second], ["ArrowUp", first]]) {
      await h.page.keyboard.press(key);
      assert.deepEqual(await focused(), id, key);
    }
    await h.page.keyboard.press("x");
    assert.equal(await h.view.locator("#accept").innerText().then((text) => text.startsWith("Accept 1")), true);
    await h.page.keyboard.press("/");
    await h.page.keyboard.type("coupon");
    assert.ok((await h.view.locator("li.bug:visible").count()) < 40);
    await h.page.keyboard.press("Escape");
    await h.page.keyboard.press("r");
    await h.view.waitForSelector("#why:not([hidden])");
    await h.page.keyboard.press("Escape");
    assert.equal(await h.view.locator("#why").isVisible(), false);
    h.answer = NO;
    await h.page.keyboard.press("a");
    await h.says("The user said no");
    await h.page.keyboard.press("Tab");
    assert.notEqual(await h.view.evaluate(() => document.activeElement.tagName), "BODY");
  },

  // Where the server asks nobody, the board does not decide and the host refuses a page that tries.
  async off({ host }) {
    const client = await host({ env: { TESTDESK_CONSENT: "client" } });
    const asking = client.tools.filter((tool) => tool.annotations.destructiveHint);
    assert.deepEqual(asking.filter((tool) => tool._meta?.ui?.visibility?.join() !== "model").map((tool) => tool.name), []);
    const readOnly = await host({ flags: ["--read-only"] });
    for (const h of [client, readOnly]) {
      await h.open();
      await h.says("Deciding is off here");
      assert.equal(await h.view.locator("#accept").isVisible(), false);
      assert.equal(await box(h, 0).isVisible(), false);
      const [first] = await ids(h);
      const tried = await h.view.evaluate((bug_id) => desk.call("triage_bugs", { decisions: [{ bug_id, decision: "accept" }] }).then(() => "carried out", (error) => error.message), first);
      assert.match(tried, /not for pages/);
      assert.equal(await h.statusOf(first), "forwarded");
    }
  },

  // A face without the tools of the page lists them for pages only; a host without the extension is listed none of it.
  async faces({ host }) {
    const h = await host({ env: { TESTDESK_TOOLSETS: "testio:board" } });
    const app = h.tools.filter((tool) => tool._meta?.ui?.visibility?.join() === "app").map((tool) => tool.name).sort();
    assert.deepEqual(app, ["get_bug", "get_bug_screenshots", "get_bugs", "list_reject_reasons", "triage_bugs"].map((name) => `testio_${name}`));
    await h.open();
    await h.says("You are asked once");
    await h.view.locator("#accept").click();
    await h.says("1 done");
    const plain = await host({ env: { TESTDESK_TOOLSETS: "testio:board" }, shows: false });
    assert.equal(names(plain).includes(BOARD), false);
    assert.equal(names(plain).some((name) => name.startsWith("testio_")), false);
    const answer = await plain.call(BOARD, { product_ids: [71] });
    assert.ok(JSON.parse(answer.content[0].text).items.length > 10, "called all the same, it answers rows");
    const shown = await h.call(BOARD, { product_ids: [71] });
    assert.match(shown.content[0].text, /^The user now sees the triage board with \d+ of \d+ open bugs/);
    assert.ok(shown.structuredContent.items.length > 10);
    const refused = await host({ asks: false });
    await refused.open();
    await refused.says("You are asked once");
    await refused.view.locator("#accept").click();
    await refused.says(/testdesk approve|cannot ask/);
  },

  // What has changed elsewhere, or has no answer, is read anew and said.
  async stale({ host }) {
    const h = await host({ era: "legacy" });
    await h.open({ timeout: 1500 });
    await h.says("You are asked once");
    const [first, second, third, fourth] = await ids(h);
    await h.call("testio_accept_bug", { bug_id: second });
    await title(h, 1).click();
    await h.view.locator(`[data-id="${second}"] .tag`, { hasText: "accepted meanwhile" }).waitFor();
    await h.view.evaluate(() => { readAt -= 12 * 60e3; age(); });
    assert.equal(await h.view.locator("#again").textContent(), "Read 12 min ago, refresh");
    await h.call("testio_accept_bug", { bug_id: third });
    await h.view.locator("#again").click();
    await h.says("1 bug decided elsewhere");
    assert.equal((await ids(h)).includes(third), false);
    // The host gives up before the person answers.
    h.delay = 2500;
    await box(h, 0).check();
    await h.view.locator("#accept").click();
    await h.says("No answer came back");
    assert.match(await h.status(), /0 of 1 decided/);
    await sleep(1600);
    assert.equal(await h.statusOf(first), "forwarded", "a late yes does nothing");
    // A bug that was decided between the reading and the click.
    h.delay = 400;
    await h.view.locator("#none").click();
    await title(h, (await ids(h)).indexOf(fourth)).click();
    await h.call("testio_accept_bug", { bug_id: fourth });
    await h.page.evaluate(() => (window.calls.length = 0));
    await h.view.locator("#accept").click();
    await h.says("1 already decided");
    assert.equal(await h.view.locator(`[data-id="${fourth}"] .tag`).textContent(), "accepted meanwhile");
  },

  // 500 bugs are drawn, filtered and walked without a stutter; a host that keeps only the words is read anew.
  async many({ host }) {
    const h = await host();
    const items = Array.from({ length: 500 }, (_, at) => bug(10_000 + at, at % 3 ? {} : { alike: [bug(9)] }));
    await h.open({ result: board([bug(1)]) });
    await h.view.evaluate(() => {
      window.longest = 0;
      new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.longest = Math.max(window.longest, entry.duration); }).observe({ type: "longtask" });
    });
    const took = async (act) => { const start = performance.now(); await act(); return Math.round(performance.now() - start); };
    const drawn = await h.view.evaluate((given) => {
      const start = performance.now();
      reset(); read({ data: given });
      return new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(Math.round(performance.now() - start)))));
    }, board(items).structuredContent);
    assert.equal(await h.view.locator("li.bug").count(), 500);
    const filtered = await took(() => h.view.locator("#find").fill("Area 3"));
    await h.view.locator("#find").fill("");
    const walked = await took(async () => { await h.page.keyboard.press("Escape"); for (let at = 0; at < 20; at++) await h.page.keyboard.press("j"); });
    await h.view.locator("#all").check();
    assert.match(await h.view.locator("#accept").innerText(), /Accept 50/);
    await sleep(100);
    const longest = Math.round(await h.view.evaluate(() => window.longest));
    console.error(`500 bugs: drawn ${drawn} ms, filtered ${filtered} ms, 20 keys ${walked} ms, longest task ${longest} ms`);
    assert.ok(drawn < 1500 && longest < 600, `${drawn} ${longest}`);
    const again = await host();
    await again.open({ result: { content: [{ type: "text", text: "words only" }] } });
    await again.says("You are asked once");
    assert.equal(await again.view.locator("li.bug").count(), 103);
  },

  // What testers write is text wherever it stands.
  async strangers({ host }) {
    const h = await host();
    const bad = "<img src=x onerror=\"document.title='run'\"><script>document.title='run'</script>";
    await h.open({ result: board([bug(88101, { title: bad, author: bad, feature: bad, devices: [bad], severity: bad, status: "forwarded", alike: [bug(88107, { title: bad, status: bad })] })]) });
    await h.view.waitForSelector(".shot img");
    await h.view.locator(".alike button").click();
    await h.view.waitForSelector("#detail table");
    assert.equal(await h.view.title(), "Triage board");
    assert.equal(await h.view.locator("[onerror], #rows script").count(), 0);
    const fetched = await h.view.evaluate(() => fetch("http://127.0.0.1/").then(() => "reached", () => "blocked"));
    assert.equal(fetched, "blocked");
  },
};

const options = Object.fromEntries(process.argv.slice(2).map((pair) => pair.split("=")));
const stage = await open(options);
for await (const line of createInterface({ input: process.stdin })) {
  const { scene, ...given } = JSON.parse(line);
  const error = await scenes[scene](stage, given).then(() => "", (reason) => reason.stack);
  await stage.clear();
  console.log(JSON.stringify({ scene, error }));
}
await stage.close();
process.exit(0);
