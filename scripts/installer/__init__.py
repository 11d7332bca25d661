"""Makes Triptych's own .venv from the lock files. Standard library only: it runs before pip does."""
