"""Which module has which command: it is imported when the command is asked for.

All of them bring the web server, figures and engines along, which takes seconds.
"""

from collections.abc import Sequence
from importlib import import_module

MODULES = {
    "check": "check",
    "compare": "compare",
    "compare-checkpoints": "compare_checkpoints",
    "prompts": "data",
    "recorded": "data",
    "demo": "demo",
    "engines": "engines",
    "export": "export",
    "studies": "export",
    "judge": "judge",
    "import-judgements": "judgements",
    "lens": "lens",
    "report": "report",
    "runs": "run",
    "run": "run",
    "serve": "serve",
    "admin-link": "serve",
    "team": "team",
}


def register(arguments: Sequence[str]) -> None:
    """Imports what the first word asks for; everything for help and for what is no command."""
    name = next((word for word in arguments if not word.startswith("-")), "")
    wanted = [MODULES[name]] if name in MODULES else list(dict.fromkeys(MODULES.values()))
    for module in wanted:
        import_module(f"app.cli.{module}")
