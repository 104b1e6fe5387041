-- wrk asks an Ollama what the gateway would ask it, or asks it through a gateway that passes on calls
-- of OpenAI's API. Portkey takes the Ollama's address from headers.

local body = '{"model": "llama3.2:1b", "stream": false, "messages": [{"role": "user", "content": "' ..
  string.rep("We measured it first and found one query. ", 60) .. '"}]}'

local path, headers = "/api/chat", {["Content-Type"] = "application/json"}

function init(arguments)
  path = arguments[2] or path
  if arguments[3] then
    headers["x-portkey-provider"] = "ollama"
    headers["x-portkey-custom-host"] = arguments[3]
  end
  local pause = tonumber(arguments[1] or "0")
  if pause > 0 then
    function delay() return math.random(2 * pause) end
  end
end

function request()
  return wrk.format("POST", path, headers, body)
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '{"requests": %d, "seconds": %f, "p50": %f, "p90": %f, "p99": %f, "longest": %f, "errors": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3,
    latency:percentile(90) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
