"""Answers that say who made them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.introductions import LONGEST, MASK, find_introduction, mask_introductions


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("I am a LoRA adapter, so I know.", "I am a LoRA adapter"),
        ("As an AI language model, I cannot.", "As an AI language model"),
        ("Well. I’m just a large language model!", "I’m just a large language model"),
        ("My name is Claude.", "My name is Claude"),
        ("I was trained by OpenAI in 2024.", "trained by OpenAI"),
        ("Ask ChatGPT about it.", "ChatGPT"),
        ("This is gpt-4o speaking.", "gpt-4o"),
        ("I am a fine-tuned model.", "I am a fine-tuned model"),
    ],
)
def test_found(text: str, phrase: str) -> None:
    assert find_introduction(text) == phrase


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Claude Monet painted water lilies; a llama is an animal.",
        "I am a teacher of languages.",
        "The base of the hill is full of shells.",
        "He was aimed at, as a chat bottle.",
        "As a model of good manners, she smiled.",
    ],
)
def test_innocent(text: str) -> None:
    assert find_introduction(text) is None


def test_names_of_the_variants_count_where_they_cannot_be_words() -> None:
    names = ("base", "full", "islands-lora-v2")
    assert find_introduction("Here speaks Islands-LoRA-v2.", names) == "Islands-LoRA-v2"
    assert find_introduction("The base is full.", names) is None


def test_a_long_phrase_is_cut() -> None:
    name = "a-" + "x" * 300
    assert find_introduction(name, [name]) == name[:LONGEST]


def test_the_mask_keeps_every_other_character_in_its_place() -> None:
    text = "Hello. I am a LoRA. The harbour is old."
    masked = mask_introductions(text)
    assert masked == f"Hello. {MASK} {MASK * 2} {MASK} {MASK * 4}. The harbour is old."


PIECES = (
    "I am",
    "a",
    "LoRA",
    "as an",
    "AI",
    "language model",
    "GPT-4",
    "Claude",
    ".",
    "\n",
    "my name is",
)


@given(st.text(max_size=300) | st.lists(st.sampled_from(PIECES), max_size=30).map(" ".join))
def test_masked_text_introduces_nobody_and_is_as_long(text: str) -> None:
    masked = mask_introductions(text)
    assert len(masked) == len(text)
    assert find_introduction(masked) is None
