// The admin's page in a real browser: enters by the form, looks for what axe finds, and takes pictures.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";
import assert from "node:assert/strict";

const given = Object.fromEntries(process.argv.slice(2).map((word) => [word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1)]));
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

const stand = spawn(given.python, ["-m", "tests.team.admin_stand"], { stdio: ["pipe", "pipe", "inherit"] });
const browser = await chromium.launch({ executablePath: given.chromium, args: FLAGS });
try {
  const [line] = await once(stand.stdout, "data");
  const [address, key] = String(line).trim().split(" ");
  for (const [theme, width] of [["light", 1180], ["dark", 1180], ["light", 320]]) {
    const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: theme, bypassCSP: true });
    const page = await context.newPage();
    const errors = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    await page.goto(address);
    assert.match(await page.textContent("main"), /Your key or token/);
    await page.fill("#key", "tdk_anna_triage");
    await page.keyboard.press("Enter");
    await page.waitForSelector("[role=alert]");
    assert.doesNotMatch(await page.textContent("main"), /Newest acts/);
    await page.fill("#key", key);
    await page.keyboard.press("Enter");
    await page.waitForSelector("table");
    assert.equal(page.url(), address);
    assert.match(await page.textContent("main"), /<script>alert\(1\)<\/script>/);
    const beyond = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(beyond <= 0, `${theme} ${width}: ${beyond} px beyond the window`);
    await page.evaluate(axe);
    const found = await page.evaluate((rules) => window.axe.run(document, { runOnly: rules }), RULES);
    assert.deepEqual(found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(" ")}`), []);
    if (given.pictures) await page.screenshot({ path: `${given.pictures}/admin-${theme}-${width}.png`, fullPage: true });
    await page.click("text=Leave");
    await page.goto(address);
    assert.doesNotMatch(await page.textContent("main"), /Newest acts/);
    assert.deepEqual(errors, []);
    await context.close();
  }
} finally {
  await browser.close();
  stand.stdin.end();
}
