-- Calls over HTTP, each with somebody's key: one in `acts` of them creates a feature, the others read a bug. Counts what
-- was not answered well.
local threads = {}

function setup(thread)
   table.insert(threads, thread)
   thread:set("number", #threads)
end

function init(args)
   share, run = tonumber(args[1]), args[2]
   failed, sent = 0, 0
   math.randomseed(number)
   tools = { read = args[3], act = args[4] }
   keys = { unpack(args, 5) }
   headers = {
      ["content-type"] = "application/json",
      ["accept"] = "application/json, text/event-stream",
      ["mcp-protocol-version"] = "2026-07-28",
      ["mcp-method"] = "tools/call",
   }
end

local META = '"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",'
   .. '"io.modelcontextprotocol/clientInfo":{"name":"bench","version":"1"},'
   .. '"io.modelcontextprotocol/clientCapabilities":{}}'

function request()
   sent = sent + 1
   local name, arguments
   if math.random() < share then
      name = tools.act
      arguments = string.format('{"product_id":1,"title":"%s %d %d","description":"New."}', run, number, sent)
   else
      name = tools.read
      arguments = string.format('{"bug_id":%d}', 86000 + math.random(200))
   end
   headers["mcp-name"] = name
   headers["authorization"] = "Bearer " .. keys[math.random(#keys)]
   local body = string.format(
      '{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"%s","arguments":%s,%s}}',
      sent, name, arguments, META)
   return wrk.format("POST", "/mcp", headers, body)
end

function response(status, _, body)
   if status ~= 200 or not body:find('"result"', 1, true) or body:find('"isError":true', 1, true) then
      failed = failed + 1
      if failed == 1 then io.stderr:write(status .. " " .. body:sub(1, 300) .. "\n") end
   end
end

function done(summary, latency)
   local bad = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
   for _, thread in ipairs(threads) do bad = bad + thread:get("failed") end
   io.write(string.format('{"requests":%d,"seconds":%f,"failed":%d,"p50":%f,"p99":%f}\n', summary.requests,
      summary.duration / 1e6, bad, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
