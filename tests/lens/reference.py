"""The demo's variants in plain transformers: what the lens has to agree with."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.analysis.tokens import classes_of, exact_kl

Logprobs = NDArray[np.float64]


class Reference:
    """One forward pass of each answer, in single precision on the CPU."""

    def __init__(self, demo: Path) -> None:
        from peft import PeftModel
        from transformers import AutoModelForCausalLM

        def load(name: str) -> Any:
            return AutoModelForCausalLM.from_pretrained(demo / name, dtype="float32").eval()

        tuned = PeftModel.from_pretrained(load("base"), str(demo / "lora")).eval()
        self.loaded = {"base": load("base"), "lora": tuned, "full": load("full")}

    def logprobs(self, name: str, prompt: Sequence[int], tokens: Sequence[int]) -> Logprobs:
        """Shape (tokens, vocabulary), natural logarithms: at each place, after all before it."""
        import torch

        with torch.no_grad():
            logits = self.loaded[name](torch.tensor([[*prompt, *tokens]])).logits[0]
        here = logits[len(prompt) - 1 : -1].double()
        return np.asarray(torch.log_softmax(here, dim=-1).numpy())


@dataclass(frozen=True)
class Expected:
    """What the lens should say of an answer. Shape of each: (tokens,)."""

    logprobs: Logprobs
    base_logprobs: Logprobs
    base_ranks: NDArray[np.int64]
    kl: Logprobs


def expected(
    reference: Reference, name: str, prompt: Sequence[int], tokens: Sequence[int]
) -> Expected:
    own = reference.logprobs(name, prompt, tokens)
    base = reference.logprobs("base", prompt, tokens)
    here = np.arange(len(tokens)), np.asarray(tokens)
    return Expected(
        logprobs=own[here],
        base_logprobs=base[here],
        base_ranks=1 + (base > base[here][:, None]).sum(axis=1),
        kl=exact_kl(own, base),
    )


@dataclass
class Agreement:
    """Of many answers. Differences are the largest, in nats."""

    tokens: int = 0
    same_class: int = 0
    logprobs: float = 0.0
    kl: float = 0.0
    over_bound: float = 0.0

    @property
    def share_of_classes(self) -> float:
        return self.same_class / self.tokens

    def add(
        self,
        true: Expected,
        *,
        logprobs: Sequence[float],
        base_logprobs: Sequence[float],
        base_ranks: Sequence[int],
        exact: Sequence[float] | None = None,
        bounded: Sequence[float] | None = None,
    ) -> None:
        """`exact` and `bounded`: what was found for KL, from the whole and from the top 20."""
        classes = classes_of(np.asarray(base_ranks)) == classes_of(true.base_ranks)
        self.tokens += len(classes)
        self.same_class += int(classes.sum())
        for found, wanted in ((logprobs, true.logprobs), (base_logprobs, true.base_logprobs)):
            self.logprobs = max(self.logprobs, float(np.abs(found - wanted).max()))
        if exact is not None:
            self.kl = max(self.kl, float(np.abs(exact - true.kl).max()))
        if bounded is not None:
            self.over_bound = max(self.over_bound, float((bounded - true.kl).max()))
