// A host as a page: the official client and the official bridge. The driver carries lines between it and the server.
import { Client } from "@modelcontextprotocol/client";
import { AppBridge, PostMessageTransport, isToolVisibilityModelOnly } from "@modelcontextprotocol/ext-apps/app-bridge";

const MIME = "text/html;profile=mcp-app";

class Pipe {
  async start() { window.lineIn = (line) => this.onmessage?.(JSON.parse(line)); }
  async send(message) { await window.lineOut(JSON.stringify(message)); }
  async close() { this.onclose?.(); }
}

window.connect = async ({ era = "auto", asks = true, shows = true }) => {
  const capabilities = {
    ...(asks && { elicitation: { form: {} } }),
    ...(shows && { extensions: { "io.modelcontextprotocol/ui": { mimeTypes: [MIME] } } }),
  };
  const client = new Client({ name: "test host", version: "1" }, { capabilities, versionNegotiation: { mode: era } });
  if (asks) client.setRequestHandler("elicitation/create", ({ params }) => window.person(params.message));
  await client.connect(new Pipe());
  window.client = client;
  window.tools = (await client.listTools()).tools;
  return window.tools;
};

window.openView = async ({ name, args = {}, context = {}, timeout = 3_600_000, result, proxy }) => {
  const uri = window.tools.find((tool) => tool.name === name)._meta.ui.resourceUri;
  const page = (await window.client.readResource({ uri })).contents[0];
  const frame = document.createElement("iframe");
  frame.id = "proxy";
  frame.sandbox = "allow-scripts allow-same-origin";
  frame.style = "width: 100%; border: 0; display: block";
  const bridge = new AppBridge(null, { name: "test host", version: "1" }, { serverTools: {}, openLinks: {}, updateModelContext: { text: {} } }, {
    hostContext: { containerDimensions: { maxHeight: 700 }, availableDisplayModes: ["inline", "fullscreen"], locale: "en-GB", ...context },
  });
  window.calls = [];
  window.model = [];
  bridge.oncalltool = async (params) => {
    const tool = window.tools.find((one) => one.name === params.name);
    if (!tool || isToolVisibilityModelOnly(tool)) throw new Error(`${params.name} is not for pages`);
    window.calls.push(params.name);
    return window.client.callTool(params, { timeout });
  };
  bridge.onupdatemodelcontext = async ({ content }) => (window.model.push(content[0].text), {});
  bridge.onrequestdisplaymode = async ({ mode }) => ({ mode });
  bridge.onsizechange = ({ height }) => { if (height) frame.style.height = `${height}px`; };
  const proxied = new Promise((done) => { bridge.onsandboxready = done; });
  const up = new Promise((done) => { bridge.oninitialized = done; });
  document.body.replaceChildren(frame);
  await bridge.connect(new PostMessageTransport(frame.contentWindow, frame.contentWindow));
  frame.src = proxy;
  await proxied;
  await bridge.sendSandboxResourceReady({ html: page.text, csp: page._meta?.ui?.csp, sandbox: "allow-scripts allow-same-origin" });
  await up;
  window.bridge = bridge;
  await bridge.sendToolInput({ arguments: args });
  await bridge.sendToolResult(result ?? (await window.client.callTool({ name, arguments: args })));
  return { mimeType: page.mimeType, bytes: new TextEncoder().encode(page.text).length };
};
