"""Ports of tests: processes of tests beside each other keep out of each other's way."""

import os

_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


def ports_from(first: int) -> int:
    """The first of fifty ports that only this process uses."""
    return first + 50 * _WORKER
