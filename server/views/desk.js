// Speaks MCP Apps with the host over postMessage: what all pages share.
const desk = (() => {
  const open = new Map(), on = {}, host = { context: {}, can: {} };
  let last = 0, height = 0;
  const post = (message) => parent.postMessage({ jsonrpc: "2.0", ...message }, "*");
  const note = (method, params = {}) => post({ method: `ui/notifications/${method}`, params });
  // No time limit: behind a call a person may be reading a question.
  const ask = (method, params = {}) => new Promise((done, fail) => {
    open.set(++last, { done, fail });
    post({ id: last, method, params });
  });

  addEventListener("message", ({ source, data }) => {
    if (source !== parent || data?.jsonrpc !== "2.0") return;
    if (data.method === undefined) {
      const waiting = open.get(data.id);
      open.delete(data.id);
      if (data.error) waiting?.fail(new Error(data.error.message)); else waiting?.done(data.result);
    } else if (data.id === undefined) {
      const name = data.method.replace("ui/notifications/", "");
      if (name === "host-context-changed") dress(data.params);
      on[name]?.(data.params);
    } else if (data.method === "ping" || data.method === "ui/resource-teardown") post({ id: data.id, result: {} });
    else post({ id: data.id, error: { code: -32601, message: "unknown" } });
  });

  function dress(changed) {
    const now = Object.assign(host.context, changed), root = document.documentElement, box = now.containerDimensions ?? {};
    // light-dark() in the sheet follows it.
    if (now.theme) root.style.colorScheme = now.theme;
    for (const [name, value] of Object.entries(now.styles?.variables ?? {})) if (value) root.style.setProperty(name, value);
    const room = Math.min(box.height ?? box.maxHeight ?? 640, 900);
    // 100vh in a frame that follows its content would grow without end.
    root.style.setProperty("--room", now.displayMode === "fullscreen" ? "100vh" : `${room}px`);
  }

  async function start(name) {
    const answer = await ask("ui/initialize", {
      protocolVersion: "2026-01-26",
      appInfo: { name, version: "1" },
      appCapabilities: { availableDisplayModes: ["inline", "fullscreen"] },
    });
    host.can = answer.hostCapabilities ?? {};
    dress(answer.hostContext ?? {});
    note("initialized");
    new ResizeObserver(() => {
      const now = Math.ceil(document.body.getBoundingClientRect().height);
      if (now !== height) note("size-changed", { height: (height = now) });
    }).observe(document.body);
  }

  // A tool's refusal is its own sentence (`isRefusal`); any other failure is the host's.
  async function call(name, args) {
    const answer = await ask("tools/call", { name: desk.prefix + name, arguments: args });
    const text = answer.content?.find((part) => part.type === "text")?.text ?? "";
    if (answer.isError) throw Object.assign(new Error(text), { isRefusal: true });
    const data = answer.structuredContent ?? JSON.parse(text);
    return { data, pictures: answer.content.filter((part) => part.type === "image").map((one) => `data:${one.mimeType};base64,${one.data}`) };
  }

  // el("div.row", { title: "…" }, …): texts become text nodes, and nothing is ever parsed as HTML.
  function el(tag, given, ...inside) {
    const [name, ...classes] = tag.split("."), node = document.createElement(name), plain = given?.constructor === Object;
    node.className = classes.join(" ");
    for (const [name, value] of Object.entries(plain ? given : {})) {
      if (typeof value === "function") node.addEventListener(name, value);
      else if (value || value === "") node.setAttribute(name, value === true ? "" : value);
    }
    node.append(...[plain || given, ...inside].flat(9).filter((part) => part && part !== true));
    return node;
  }

  const tell = (text) =>
    host.can.updateModelContext && ask("ui/update-model-context", { content: [{ type: "text", text }] }).catch(() => {});
  return { on, host, tools: [], start, call, el, tell };
})();
