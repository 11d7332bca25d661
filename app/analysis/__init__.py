"""Statistics: arrays and records in, frozen results out; no session, no files."""
