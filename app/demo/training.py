"""The training loop and the three variants it makes. Needs torch; imported by the worker only."""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch.nn import functional

from app.demo.batches import Batch
from app.demo.config import DemoConfig

IGNORED = -100  # the target that cross_entropy leaves out
WARM_UP = 0.05
FLOOR = 0.05  # the rate never falls below this share of its peak

OnStep = Callable[[int, int, float], None]  # done, total, loss


@dataclass(frozen=True)
class Plan:
    """How long and how hard one variant is trained."""

    steps: int
    rate: float
    weight_decay: float = 0.0


@dataclass(frozen=True)
class StageResult:
    """What training one variant took, and the smoothed loss it ended with."""

    steps: int
    tokens: int
    seconds: float
    loss: float


def make_base(config: DemoConfig, tokenizer: Any) -> Any:
    """An untrained Llama; its random weights come from torch's global seed."""
    from transformers import LlamaConfig, LlamaForCausalLM

    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=_rounded_up(len(tokenizer), 64),
            hidden_size=config.hidden,
            intermediate_size=config.feed_forward,
            num_hidden_layers=config.layers,
            num_attention_heads=config.heads,
            num_key_value_heads=config.heads,
            head_dim=config.hidden // config.heads,
            max_position_embeddings=config.positions,
            tie_word_embeddings=True,
            rope_theta=10000.0,
            rms_norm_eps=1e-5,
            initializer_range=config.initial_deviation,
            attention_dropout=0.0,
            bos_token_id=None,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
    )


def load(base: Path) -> Any:
    """The trained base once more, to tune."""
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)


def with_adapter(base: Any, config: DemoConfig) -> Any:
    """The base frozen under a fresh LoRA adapter."""
    from peft import LoraConfig, get_peft_model

    lora = LoraConfig(
        r=config.lora_rank,
        lora_alpha=2 * config.lora_rank,
        lora_dropout=0.0,
        target_modules=list(config.lora_targets),
        task_type="CAUSAL_LM",
    )
    return get_peft_model(base, lora)


def train(network: Any, plan: Plan, source: Iterator[Batch], on_step: OnStep) -> StageResult:
    """AdamW with linear warm-up and cosine decay, on whatever parameters are trainable."""
    weights = [p for p in network.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(
        weights, lr=plan.rate, betas=(0.9, 0.98), weight_decay=plan.weight_decay, fused=True
    )
    started, tokens, smoothed = time.monotonic(), 0, math.nan
    network.train()
    for step in range(plan.steps):
        for group in optimizer.param_groups:
            group["lr"] = plan.rate * schedule(step, plan.steps)
        inputs, targets = tensors(next(source))
        loss = _loss(network, inputs, targets)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        tokens += inputs.numel()
        smoothed = loss.item() if step == 0 else 0.95 * smoothed + 0.05 * loss.item()
        on_step(step + 1, plan.steps, smoothed)
    network.eval()
    return StageResult(plan.steps, tokens, round(time.monotonic() - started, 1), round(smoothed, 4))


def schedule(step: int, steps: int) -> float:
    """The share of the peak learning rate at a step."""
    warm_up = min(1.0, (step + 1) / (WARM_UP * steps + 1))
    cosine = 0.5 * (1 + math.cos(math.pi * step / steps))
    return warm_up * (FLOOR + (1 - FLOOR) * cosine)


def tensors(batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
    """Inputs padded on the right, and targets that leave out padding and given tokens."""
    longest = max(len(row.tokens) for row in batch)
    inputs = torch.zeros(len(batch), longest, dtype=torch.long)
    targets = torch.full((len(batch), longest), IGNORED)
    for i, row in enumerate(batch):
        tokens = torch.tensor(row.tokens)
        inputs[i, : len(tokens)] = tokens
        targets[i, row.given : len(tokens)] = tokens[row.given :]
    return inputs, targets


def _loss(network: Any, inputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    # No attention mask: padding stands on the right, where no learned token can see it.
    logits = network(input_ids=inputs, use_cache=False).logits[:, :-1]
    flat = logits.reshape(-1, logits.shape[-1])
    return functional.cross_entropy(flat, targets[:, 1:].reshape(-1), ignore_index=IGNORED)


def _rounded_up(number: int, multiple: int) -> int:
    return -(-number // multiple) * multiple
