"""What the lens asks of an engine."""

from collections.abc import Sequence
from typing import Protocol

from app.engines import Generation, PromptInput, Scoring, Target
from app.registry import SamplingSpec, VariantSpec


class Asking(Protocol):
    """`app.engines`, or a test's stand-in."""

    async def generate(
        self,
        target: Target,
        variant: VariantSpec,
        prompt: PromptInput,
        /,
        *,
        sampling: SamplingSpec | None = None,
        seed: int | None = None,
    ) -> Generation: ...

    async def score(
        self, target: Target, prompt_ids: Sequence[int], token_ids: Sequence[int], /, *, top: int
    ) -> Scoring: ...

    async def tokenize(self, target: Target, text: str, /) -> list[int] | None: ...
