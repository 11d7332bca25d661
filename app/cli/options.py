"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

Models = Annotated[
    Path | None,
    typer.Option("--models", help="The file that lists the variants; ./models.yaml by default."),
]
Host = Annotated[str | None, typer.Option(help="Address to listen on; 127.0.0.1 by default.")]
Port = Annotated[
    int | None, typer.Option(min=1, max=65535, help="Port to listen on; 8300 by default.")
]
