-- The query comes in QUERY as a JSON body; the figures leave as one line of JSON.
wrk.method = "POST"
wrk.body = os.getenv("QUERY")
wrk.headers["content-type"] = "application/json"
wrk.headers["accept"] = "application/json"

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format('\n{"requests": %d, "microseconds": %d, "p50": %d, "p99": %d, "failed": %d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), failed))
end
