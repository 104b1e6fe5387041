-- wrk conducts interviews: each starts, is answered to its end, and another one follows. A session
-- goes on over whichever connection is free next.

local json = {["Content-Type"] = "application/json"}
local roles = {"Software Engineer", "Product Manager", "Data Analyst"}
local open, count, questions = {}, 0, 5

function init(arguments)
  questions = tonumber(arguments[1] or "5")
  math.randomseed(os.time())
  local pause = tonumber(arguments[2] or "0")
  if pause > 0 then
    function delay() return math.random(2 * pause) end
  end
end

function request()
  count = count + 1
  local session = table.remove(open)
  if session == nil then
    local body = string.format('{"role": "%s", "totalQuestions": %d}', roles[count % 3 + 1], questions)
    return wrk.format("POST", "/api/v1/interviews/start", json, body)
  end
  local answer = string.format(
    "Answer %d-%d: we had a service that was slow under load, so I measured it first and found one " ..
    "query that ran for each row; then I wrote it anew with a join and kept the old one behind a switch.",
    count, math.random(1000000000))
  local body = '{"session": ' .. session .. ', "message": "' .. answer .. '"}'
  return wrk.format("POST", "/api/v1/interviews/respond", json, body)
end

function response(status, headers, body)
  if status == 200 and string.find(body, '"isComplete":false', 1, true) then
    open[#open + 1] = body
  end
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '{"requests": %d, "seconds": %f, "p50": %f, "p90": %f, "p99": %f, "longest": %f, "errors": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3,
    latency:percentile(90) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
