"""The `triptych` command: thin. Commands parse, call a domain function and print its result."""

from app.cli.app import main

__all__ = ["main"]
