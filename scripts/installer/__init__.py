"""Makes Triptych's own .venv from the lock files. Needs the standard library only."""
