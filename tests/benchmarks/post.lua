-- wrk's script: POSTs bodies in turn, each with the next key, so that nothing can be answered from memory.
-- Standard input: a line "K <key>" for each key ("K" alone: no header), a line "B <JSON>" for each body.
-- One thread only: standard input is read once.
local heads, tails, place = {}, {}, 0

function init()
  local first = "POST " .. wrk.path .. " HTTP/1.1\r\nHost: " .. wrk.host .. "\r\nContent-Type: application/json\r\n"
  for line in io.lines() do
    local kind, text = line:sub(1, 1), line:sub(3)
    if kind == "K" then
      heads[#heads + 1] = text == "" and first or first .. "x-api-key: " .. text .. "\r\n"
    else
      tails[#tails + 1] = "Content-Length: " .. #text .. "\r\n\r\n" .. text
    end
  end
end

function request()
  local call = heads[place % #heads + 1] .. tails[place % #tails + 1]
  place = place + 1
  return call
end

function done(summary, latency)
  local faults = summary.errors
  io.write(string.format(
    'RESULT {"calls": %d, "microseconds": %d, "refused": %d, "broken": %d, "p50_us": %.1f, "p99_us": %.1f, "max_us": %.1f}\n',
    summary.requests, summary.duration, faults.status, faults.connect + faults.read + faults.write + faults.timeout,
    latency:percentile(50), latency:percentile(99), latency.max))
end
