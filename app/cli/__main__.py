"""`python -m app.cli`: the same as `triptych`."""

from app.cli.main import main

main()
