import sys
from pathlib import Path

# The stand-in registry and prompts live beside the runner's tests.
sys.path.insert(0, str(Path(__file__).parents[1] / "runner"))
