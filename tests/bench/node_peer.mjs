// A plain MCP server on the SDK that Testomat.io's own server uses, with two tools that send the same requests:
// it is measured where the vendor's package cannot be installed.

import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';

const [base, project, token, count] = process.argv.slice(2);
const DROPPED = new Set(['description', 'code', 'clean_title', 'public_title', 'message', 'details', 'children']);

async function read(path) {
  const response = await fetch(`${base}/api/v2/${project}/${path}`, {
    headers: { Accept: 'application/json', Authorization: `Bearer ${token}` },
  });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return response.json();
}

const isEmpty = (value) => value == null || value === '' || (Array.isArray(value) && value.length === 0);
const row = (one) => Object.fromEntries(Object.entries(one).filter(([name, value]) => !DROPPED.has(name) && !isEmpty(value)));

const TOOLS = {
  tests_list: async ({ page, per_page }) => {
    const { data, meta } = await read(`tests?slim=true&page=${page}&per_page=${per_page}`);
    return { data: data.map(row), meta };
  },
  tests_get: ({ test_id }) => read(`tests/${encodeURIComponent(test_id)}`),
};
const inputSchema = { type: 'object', properties: { page: { type: 'integer' }, per_page: { type: 'integer' }, test_id: { type: 'string' } } };
const names = [...Object.keys(TOOLS), ...Array.from({ length: Math.max(0, count - 2) }, (_, number) => `trivial_${number}`)];
const tools = names.map((name) => ({ name, description: 'Answers what the platform says.', inputSchema }));

const server = new Server({ name: 'node-peer', version: '1' }, { capabilities: { tools: {} } });
server.setRequestHandler(ListToolsRequestSchema, async () => ({ tools }));
server.setRequestHandler(CallToolRequestSchema, async ({ params }) => {
  const text = JSON.stringify(await TOOLS[params.name](params.arguments ?? {}), null, 2);
  return { content: [{ type: 'text', text }] };
});
await server.connect(new StdioServerTransport());
