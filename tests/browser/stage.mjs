// Sets the stage: the server on a pipe, a browser with the host's page, and a person who answers questions.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { buildSync } from "esbuild";
import { chromium } from "playwright-core";

const here = new URL(".", import.meta.url).pathname;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
// What a host gives a page that declares no `csp` of its own.
const CSP = "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; media-src 'self' data:; connect-src 'none'";
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

export const BOARD = "testio_triage_board";
export const YES = { action: "accept", content: { answer: "yes" } };
export const NO = { action: "accept", content: { answer: "no" } };
export const sleep = (time) => new Promise((done) => setTimeout(done, time));

async function serve(body, type, headers = {}) {
  const server = createServer((_, response) => response.writeHead(200, { "content-type": type, ...headers }).end(body));
  await once(server.listen(0, "127.0.0.1"), "listening");
  return { address: `http://127.0.0.1:${server.address().port}/`, close: () => (server.closeAllConnections(), server.close()) };
}

export async function open({ python, chromium: browserPath }) {
  const { outputFiles: [bundle] } = buildSync({ entryPoints: [`${here}host.js`], bundle: true, write: false, format: "iife", logLevel: "error" });
  const html = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Host</title><body style="margin:0"><script>${bundle.text.replaceAll("</script", "<\\/script")}</script>`;
  const sites = [await serve(html, "text/html"), await serve(readFileSync(`${here}proxy.html`), "text/html", { "content-security-policy": CSP })];
  const browser = await chromium.launch({ executablePath: browserPath, args: FLAGS });
  let servers = [], pages = [];

  // One conversation: a server of its own, in a page of its own, which shares nothing with others.
  async function host({ env = {}, flags = [], width = 1180, height = 760, era, asks, shows, theme = "light" } = {}) {
    const plain = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(TEST|TESTIO|TESTOMATIO|TESTERY|TESTSIGMA)/.test(name)));
    const server = spawn(python, ["-m", "testdesk", "serve", "--sandbox", ...flags], { env: { ...plain, ...env }, stdio: ["pipe", "pipe", "pipe"] });
    servers.push(server);
    let log = "";
    server.stderr.on("data", (piece) => (log += piece));
    const page = await browser.newPage({ viewport: { width, height }, colorScheme: theme, deviceScaleFactor: 1.5 });
    pages.push(page);
    const stage = { page, asked: [], answer: YES, delay: 400, errors: [], log: () => log };
    page.on("pageerror", (error) => stage.errors.push(String(error)));
    page.on("console", (line) => line.type() === "error" && stage.errors.push(line.text()));
    await page.exposeFunction("lineOut", (line) => void server.stdin.write(`${line}\n`));
    await page.exposeFunction("person", async (message) => {
      stage.asked.push(message);
      const { answer, delay } = stage;
      await sleep(delay);
      return answer;
    });
    await page.goto(sites[0].address);
    createInterface({ input: server.stdout }).on("line", (line) => page.evaluate((text) => window.lineIn(text), line).catch(() => {}));
    stage.tools = await page.evaluate((given) => window.connect(given), { era, asks, shows });
    stage.call = (name, given = {}) => page.evaluate(([tool, args]) => window.client.callTool({ name: tool, arguments: args }), [name, given]);
    stage.open = async (given = {}) => {
      const context = { theme, ...given.context };
      stage.page_of_view = await page.evaluate((all) => window.openView(all), { name: BOARD, args: { product_ids: [71] }, ...given, context, proxy: sites[1].address });
      stage.view = page.frames().find((frame) => frame.url() === "about:srcdoc");
      await stage.view.waitForSelector(given.until ?? "li.bug .title");
      return stage.view;
    };
    stage.status = () => stage.view.locator("#say").textContent();
    stage.says = (words) => stage.view.locator("#say", { hasText: words }).waitFor({ timeout: 15_000 });
    stage.statusOf = async (id) => (await stage.call("testio_get_bug", { bug_id: id })).structuredContent.status;
    stage.violations = async () => {
      if (!(await stage.view.evaluate(() => "axe" in window))) await stage.view.evaluate(axe);
      return stage.view.evaluate(async () => {
        const found = await window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"] });
        return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target} ${node.any?.[0]?.message ?? ""}`).join(" | ")}`);
      });
    };
    return stage;
  }

  // Ends all conversations; the browser stays for the next scene.
  async function clear() {
    for (const server of servers) server.kill();
    await Promise.all(pages.map((page) => page.close()));
    servers = [], pages = [];
  }

  async function close() {
    await clear();
    await browser.close();
    for (const site of sites) site.close();
  }
  return { host, clear, close };
}
