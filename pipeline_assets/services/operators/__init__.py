"""What operators use: status, requeueing, decisions, reports, a first run."""
