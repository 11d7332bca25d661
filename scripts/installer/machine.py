"""What this machine is: does it have a usable GPU, enough disk, and the locks' platform?"""

import platform
import shutil
import subprocess
import sys
from pathlib import Path

from scripts.installer.errors import SetupError

DISK_GB = {"light": 1, "cpu": 6, "gpu": 20}
"""Free disk that an installation needs with the downloads it unpacks (measured: light and cpu)."""

DEV_DISK_GB = 2
GENERAL_TORCH_GB = 8
"""The build of torch for all machines with its CUDA libraries, and the archives they come in."""


def detect_flavour() -> str:
    """`gpu` where nvidia-smi lists a GPU, otherwise `cpu`."""
    if not shutil.which("nvidia-smi"):
        return "cpu"
    try:
        listing = subprocess.run(
            ["nvidia-smi", "-L"], capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return "cpu"
    return "gpu" if listing.returncode == 0 and "GPU " in listing.stdout else "cpu"


def require_platform(flavour: str) -> None:
    """Raises SetupError where the lock of `flavour` holds builds for another platform."""
    here = f"{sys.platform} on {platform.machine()}"
    if flavour != "light" and here != "linux on x86_64":
        raise SetupError(
            f"The {flavour} lock is for Linux on x86_64; this is {here}.",
            "Use `scripts/setup light` and name remote endpoints in models.yaml, or point "
            "TRIPTYCH_ENGINE_PYTHON at an environment that has vLLM.",
        )


def require_disk(folder: Path, flavour: str, *, dev: bool) -> None:
    """Raises SetupError where less is free than installing takes."""
    needed = DISK_GB[flavour] + (DEV_DISK_GB if dev else 0)
    require_free(folder, needed, f"the {flavour} flavour")


def require_free(folder: Path, needed: int, what: str) -> None:
    """Raises SetupError where fewer than `needed` GB are free."""
    free = shutil.disk_usage(folder).free / 1e9
    if free < needed:
        raise SetupError(
            f"{free:.1f} GB are free in {folder}; installing {what} takes {needed}.",
            "Free some space, or take a smaller flavour: light, then cpu, then gpu.",
        )
