"""Answers that tell who or what made them: found when stored, hidden on a study's wish.

A rule of words, not of meaning: it misses what is said in other words, and an answer about GPT-4
counts as one by it. So results are shown with and without such answers instead of dropping them.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

MASK = "█"
LONGEST = 200  # characters of a stored phrase

# What answers call themselves after "I am".
_KINDS = (
    r"(?:large )?language models?",
    r"(?:AI|virtual|digital) (?:language model|assistant|model|system|chatbot)",
    r"A\.?I\.?(?= |[.,!?;:]|$)",
    r"artificial intelligence",
    r"chat ?bots?",
    r"LoRA(?: \w+)?",
    r"(?:instruction[- ]|fine[- ])tuned(?: \w+)?",
    r"(?:base|tuned|pre-?trained) (?:language )?model",
)
# Names that are words, too: only after "I am", "my name is", "call me".
_NAMES = (
    *("Alpaca", "Bard", "Bing", "Claude", "Copilot", "Falcon", "Gemini", "Gemma", "Grok", "Llama"),
    *("Mistral", "Mixtral", "Olmo", "Phi", "Qwen", "Vicuna", "Zephyr"),
)
# Names that mean nothing else.
_UNMISTAKABLE = (
    r"Chat ?GPT",
    r"GPT-?[2-9](?:\.\d)?\w?",
    *("DeepSeek", "LLaMA[- ]?[1-9]", "Qwen[- ]?[1-9]"),
    r"(?:developed|trained|created|made|built) by (?:OpenAI|Anthropic|Google|Meta|Mistral|Alibaba)",
)
_SELF = (
    r"\b(?:I am|I['’]m|I was|as|my name is|call me)(?: (?:just|only|called|named))*(?: an?| the)?"
)


def find_introduction(text: str, names: Iterable[str] = ()) -> str | None:
    """The first phrase by which `text` introduces its maker, cut to 200 characters.

    `names` are what the variants at hand are called; everyday words among them are left out.
    """
    found = _pattern(_telling(names)).search(text)
    return found.group()[:LONGEST] if found else None


def mask_introductions(text: str, names: Iterable[str] = ()) -> str:
    """`text` with every such phrase blacked out; offsets of all other characters stay."""
    return _pattern(_telling(names)).sub(lambda found: _blacked(found.group()), text)


def _blacked(phrase: str) -> str:
    return re.sub(r"\S", MASK, phrase)


def _telling(names: Iterable[str]) -> frozenset[str]:
    """Names that could not be a word of an answer: "llama-3-8b-lora", and not "base"."""
    return frozenset(name for name in names if len(name) > 3 and re.search(r"[\d_./-]", name))


@lru_cache(maxsize=64)
def _pattern(names: frozenset[str]) -> re.Pattern[str]:
    own = [re.escape(name) for name in sorted(names, key=len, reverse=True)]
    said_of_itself = rf"{_SELF} (?:{'|'.join((*_KINDS, *_NAMES))})"
    anywhere = "|".join((*own, *_UNMISTAKABLE))
    return re.compile(rf"{said_of_itself}\b|(?<!\w)(?:{anywhere})(?!\w)", re.IGNORECASE)
