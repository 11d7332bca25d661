"""The self-check: what must hold of a variant before a token of it is compared with its base."""

from collections.abc import Sequence

import numpy as np
from pydantic import BaseModel, ConfigDict

from app.registry import VariantSpec

# Nats between the log-probability that came with a greedy answer and that of the same id scored
# afterwards, on average. Batches of other sizes round differently; more is another distribution.
RESCORING_TOLERANCE = 0.05
# Of a greedy answer's tokens, the share that has to be first when scored again.
LEAST_FIRST = 0.95
# Nats: below, the same file was read twice.
LEAST_CHANGE = 1e-4


class Probe(BaseModel):
    """A short greedy answer of the variant, made for the check: ids, what each reads as, its
    log-probability as generated, and as scored afterwards."""

    model_config = ConfigDict(frozen=True)

    prompt_ids: list[int]
    token_ids: list[int]
    texts: list[str]
    generated: list[float]
    scored: list[float]
    ranks: list[int]


class Check(BaseModel):
    """What was measured. Differences are of natural log-probabilities of the same ids; None where
    nothing was asked yet, or the server does not tell.

    `rescored_mean`, `rescored_most`: generation against scoring afterwards. `first`: share of the
    greedy tokens that rank first when scored. `changed_most`: tuned against base. `base_first`:
    share of the base's own answers' tokens that rank first under it. `tokenized`: ids that the
    variant's tokenizer made of the texts. `exact`: both gave whole distributions.
    """

    model_config = ConfigDict(frozen=True)

    probes: list[Probe] = []
    tokenized: list[list[int]] | None = None
    rescored_mean: float | None = None
    rescored_most: float | None = None
    first: float | None = None
    changed_most: float | None = None
    base_first: float | None = None
    tokenizers_agree: bool | None = None
    exact: bool = False


def own_check(probes: Sequence[Probe], tokenized: list[list[int]] | None, *, exact: bool) -> Check:
    """The variant by itself."""
    differences = np.abs(
        np.concatenate([np.subtract(probe.generated, probe.scored) for probe in probes])
    )
    ranks = np.concatenate([probe.ranks for probe in probes])
    return Check(
        probes=list(probes),
        tokenized=tokenized,
        rescored_mean=float(differences.mean()),
        rescored_most=float(differences.max()),
        first=float((ranks == 1).mean()),
        exact=exact,
    )


def static_refusal(spec: VariantSpec) -> str | None:
    """What the files alone rule out."""
    if spec.adapter and "lm_head" in spec.adapter.target_modules:
        return (
            "The adapter changes lm_head, which vLLM leaves out of prompt_logprobs. "
            "Merge it into its base (PEFT's merge_and_unload) and serve that as kind: full."
        )
    return None


def own_refusal(check: Check) -> str | None:
    """Why scores of the variant's own answers would not be what it was generated with."""
    if check.rescored_mean is None or check.first is None:
        return "Its engine generated nothing to check. Look at the engine's card under Variants."
    if check.rescored_mean > RESCORING_TOLERANCE:
        return (
            "Scored again, the tokens of its own greedy answers differ by "
            f"{check.rescored_mean:.2f} nats on average (at most {RESCORING_TOLERANCE} is "
            "expected): the engine does not score with the distribution that it generates with. "
            "Try another version of vLLM, or merge the adapter and serve it as kind: full."
        )
    if check.first < LEAST_FIRST and _misses(check) > 1:  # one may be a tie
        return (
            f"Scored again, only {check.first:.0%} of the tokens of its own greedy answers rank "
            f"first (at least {LEAST_FIRST:.0%} is expected). Look for options under vllm: in "
            "models.yaml that change how tokens are chosen."
        )
    return None


def _misses(check: Check) -> int:
    return sum(rank != 1 for probe in check.probes for rank in probe.ranks)


def base_refusal(check: Check) -> str | None:
    """Why the base's scores could not be compared with the variant's."""
    if check.tokenizers_agree is False:
        return (
            "The tokenizers of base and variant make different ids of the same text, so their "
            "ranks are of different vocabularies. Compare it with a base of the same tokenizer."
        )
    noise = max(LEAST_CHANGE, check.rescored_most or 0.0)
    if check.changed_most is not None and check.changed_most <= noise:
        return (
            f"Its log-probabilities are those of its base (at most {check.changed_most:.1g} nats "
            "apart): the fine-tune changes nothing that can be measured. Check the paths in "
            "models.yaml; of an early checkpoint it may be true."
        )
    return None
