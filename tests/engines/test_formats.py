"""Prompts as text."""

import json
from pathlib import Path

import pytest

from app.engines.formats import PromptInput, render
from app.errors import AppError
from app.registry import FormatSpec

PROMPT = PromptInput(
    "And Rome?",
    system="Be brief.",
    turns=(
        {"role": "user", "content": "Where is Paris?"},
        {"role": "assistant", "content": "In France."},
    ),
)


@pytest.fixture
def urial(tmp_path: Path) -> FormatSpec:
    path = tmp_path / "examples.jsonl"
    example = {"prompt": "What is 1 + 1?", "response": "It is 2."}
    path.write_text(json.dumps(example) + "\n")
    return FormatSpec(type="urial", file=path)


def template(tmp_path: Path, text: str) -> FormatSpec:
    path = tmp_path / "format.jinja"
    path.write_text(text)
    return FormatSpec(type="template", file=path)


class TestMessages:
    def test_system_turns_prompt(self) -> None:
        assert [message["role"] for message in PROMPT.messages] == [
            "system",
            "user",
            "assistant",
            "user",
        ]
        assert PROMPT.messages[-1]["content"] == "And Rome?"


class TestRaw:
    def test_is_the_prompt_itself(self) -> None:
        found = render(FormatSpec(type="raw"), PromptInput("  as it is\n"))
        assert (found.text, found.stop) == ("  as it is\n", ())

    def test_context_stands_before_it(self) -> None:
        text = render(FormatSpec(type="raw"), PROMPT).text
        assert text == "Be brief.\n\nWhere is Paris?\n\nIn France.\n\nAnd Rome?"


class TestTemplate:
    def test_sees_prompt_system_and_turns(self, tmp_path: Path) -> None:
        text = "{{ system }}|{% for t in turns %}{{ t.content }}|{% endfor %}{{ prompt }}"
        found = render(template(tmp_path, text), PROMPT)
        assert found.text == "Be brief.|Where is Paris?|In France.|And Rome?"

    def test_works_like_a_chat_template(self, tmp_path: Path) -> None:
        text = "{% for m in messages %}<{{ m['role'] }}>{{ m['content'] }}{% endfor %}"
        text += "{% if add_generation_prompt %}<assistant>{% endif %}"
        assert render(template(tmp_path, text), PromptInput("Hi")).text == "<user>Hi<assistant>"

    @pytest.mark.parametrize(
        ("text", "rendered"),
        [
            ("{% if tools %}T{% endif %}{% if enable_thinking %}E{% endif %}.", "."),
            ("{% for m in messages %}{% if m.tool_calls %}C{% endif %}{% endfor %}.", "."),
            ("{% generation %}{{ prompt }}{% endgeneration %}", "<é>"),
            ("{{ messages | tojson }}", '[{"role": "user", "content": "<é>"}]'),
            ("{{ strftime_now('%%') }}", "%"),
            ("\ufeff{{ prompt }}", "<é>"),
        ],
    )
    def test_knows_what_chat_templates_use(self, tmp_path: Path, text: str, rendered: str) -> None:
        assert render(template(tmp_path, text), PromptInput("<é>")).text == rendered

    def test_is_not_html_escaped(self, tmp_path: Path) -> None:
        assert render(template(tmp_path, "{{ prompt }}"), PromptInput("a < b")).text == "a < b"

    def test_follows_a_change_of_the_file(self, tmp_path: Path) -> None:
        import os

        format = template(tmp_path, "one {{ prompt }}")
        assert render(format, PromptInput("x")).text == "one x"
        assert format.file is not None
        format.file.write_text("two {{ prompt }}")
        os.utime(format.file, ns=(1, 1))
        assert render(format, PromptInput("x")).text == "two x"

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("{{ promt }}", "promt"),
            ("{{ raise_exception('no system text') }}", "no system text"),
            ("{{ ''.__class__.__mro__ }}", "unsafe"),
            ("{% for m in mesages %}{{ m }}{% endfor %}", "mesages"),
            ("{{ prompt + eos_token }}", "eos_token"),
            ("{{ prompt + 1 }}", "can only concatenate"),
            ("{{ 1 / 0 }}", "division by zero"),
            ("{{ [].pop() }}", "immutable|unsafe"),
            ("{% include 'other' %}", "no loader"),
        ],
    )
    def test_mistakes_name_the_file(self, tmp_path: Path, text: str, message: str) -> None:
        with pytest.raises(AppError, match=message) as caught:
            render(template(tmp_path, text), PromptInput("x"))
        assert "format.jinja" in caught.value.message

    def test_a_file_that_is_gone(self, tmp_path: Path) -> None:
        with pytest.raises(AppError, match="cannot be read"):
            render(FormatSpec(type="template", file=tmp_path / "gone"), PromptInput("x"))


class TestUrial:
    def test_shows_examples_then_asks(self, urial: FormatSpec) -> None:
        found = render(urial, PromptInput("What is 2 + 2?"))
        assert found.text.startswith("# Instruction\n")
        assert "# Query:\nWhat is 1 + 1?\n\n# Answer:\nIt is 2.\n\n" in found.text
        assert found.text.endswith("# Query:\nWhat is 2 + 2?\n\n# Answer:\n")

    def test_stops_before_the_next_question(self, urial: FormatSpec) -> None:
        assert "\n# Query:" in render(urial, PromptInput("x")).stop

    def test_context(self, urial: FormatSpec) -> None:
        text = render(urial, PROMPT).text
        assert "Be brief.\n\n# Query:\nWhat is 1" in text
        assert text.endswith(
            "# Query:\nWhere is Paris?\n\n# Answer:\nIn France.\n\n"
            "# Query:\nAnd Rome?\n\n# Answer:\n"
        )
