"""The `triptych` command: thin. Commands parse, call a domain function and print its result."""
