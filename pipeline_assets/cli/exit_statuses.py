"""With which status a command ends."""

OK, FAILED, USAGE, STRICT = 0, 1, 2, 3
