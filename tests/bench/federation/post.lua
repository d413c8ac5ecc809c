-- The query comes in QUERY as a JSON body; the figures leave as one line of JSON.
wrk.method = "POST"
wrk.body = os.getenv("QUERY")
wrk.headers["content-type"] = "application/json"
wrk.headers["accept"] = "application/json"

-- With APART each request comes from somebody else, so that a gateway cannot answer two of them with one call of a subgraph.
if os.getenv("APART") then
  local people, next_one = {}, 0

  function init()
    for number = 1, 2000 do
      wrk.headers["authorization"] = "Bearer " .. number
      people[number] = wrk.format()
    end
  end

  function request()
    next_one = next_one % #people + 1
    return people[next_one]
  end
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format('\n{"requests": %d, "microseconds": %d, "p50": %d, "p99": %d, "failed": %d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), failed))
end
