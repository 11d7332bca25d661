"""Length and formatting of answers: by hand, like the published definition, and on hostile text."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.results.columns import FEATURES
from app.results.features import feature_table, features_of

MARKDOWN = """# Plants

Some **bold** words and __more__ of them.

## Steps
1. water
2. light
   - in the *morning*
+ soil

```python
# no header
- no item
**not bold**
```
"""


def slow_twin(text: str) -> tuple[int, int, int]:
    """Line by line, what FastChat counts with one expression each."""
    lines = re.sub(r"```[^`]*```", "", text).split("\n")
    headers = sum(bool(re.match(r"#{1,6}(\s|$)", line)) for line in lines[:-1])
    headers += bool(re.match(r"#{1,6}\s", lines[-1]))
    items = sum(bool(re.match(r"\s*([-*+]|\d+\.)(\s|$)", line)) for line in lines[:-1])
    items += bool(re.match(r"\s*([-*+]|\d+\.)\s", lines[-1]))
    bold = sum(len(re.findall(r"\*\*[^*]+\*\*|__[^_]+__", line)) for line in lines)
    return headers, items, bold


class TestFeatures:
    def test_by_hand(self) -> None:
        tokens, *formatting = features_of(MARKDOWN)
        assert formatting == [2, 4, 2]
        assert tokens == -(-len(MARKDOWN) // 4)

    def test_a_table_has_a_column_per_feature(self) -> None:
        table = feature_table([MARKDOWN, "", "- one"])
        assert table.shape == (3, len(FEATURES))
        assert table[1:].tolist() == [[0, 0, 0, 0], [2, 0, 1, 0]]
        assert feature_table([]).shape == (0, len(FEATURES))

    def test_length_is_in_bytes_so_that_every_script_has_one(self) -> None:
        assert features_of("知識が増える")[0] == 5
        assert features_of("one two three")[0] == 4

    def test_half_a_character_is_counted_too(self) -> None:
        assert features_of("\ud800")[0] == 1

    @pytest.mark.parametrize(
        "text",
        ["#no header", "####### seven", "a # b", "1.5 litres", "-5 degrees", "** **x", "2 * 3"],
    )
    def test_what_only_looks_like_formatting(self, text: str) -> None:
        assert features_of(text)[1:] == (0, 0, 1 if text.startswith("** **") else 0)

    def test_a_fence_that_is_not_closed_hides_nothing(self) -> None:
        assert features_of("```\n- item")[2] == 1

    @given(st.text(alphabet="#*_-+1. \n`ab\t", max_size=60))
    def test_like_the_slow_twin(self, text: str) -> None:
        assert features_of(text)[1:] == slow_twin(text)

    @pytest.mark.parametrize(
        "piece",
        [
            "`",
            "*",
            "#",
            "_",
            "\n",
            " ",
            "1",
            "\t\n",
            "```a",
            "**a",
            "__a",
            "\n#",
            "\n- ",
            "\n1",
            "``` ",
        ],
    )
    def test_a_megabyte_of_anything_returns(self, piece: str) -> None:
        """Were one expression quadratic, this would take hours."""
        size = 1_000_000 // len(piece)
        assert features_of(piece * size)[0] == 250_000
