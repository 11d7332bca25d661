"""The Markdown reads as the report does, whatever a study's names and texts hold."""

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token
from sqlalchemy.orm import Session

from app.reports.markdown import escaped, markdown_of
from app.tables import Study
from tests.reports.reading import report_on

HOSTILE = (
    "<script>x</script> | ![i](https://evil.example/x.png) [l](javascript:x) `c` **b** $m$\n# H"
)


def tokens(text: str) -> list[Token]:
    """HTML counts as such, as on GitHub; of all levels."""
    parsed = MarkdownIt("commonmark", {"html": True}).enable("table").parse(text)
    return [one for token in parsed for one in (token, *(token.children or ()))]


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        "<b>bold</b> & co",
        "a|b",
        "*a* _b_ `c` ~~d~~ [e](f) ![g](h)",
        "# no heading",
        "- no list",
        "+ no list",
        "1. no list",
        "12) no list",
        "> no quotation",
        "=== no heading",
        "--- no rule",
        "a\\b",
        "$x^2$",
    ],
)
def test_escaped_text_reads_as_it_is(text: str) -> None:
    found = tokens(escaped(text))
    assert {token.type for token in found} <= {
        "paragraph_open",
        "inline",
        "text",
        "text_special",
        "paragraph_close",
    }
    assert "".join(token.content for token in found if token.type != "inline") == text


class TestReport:
    def test_it_has_the_report(self, session: Session, study: Study) -> None:
        report = report_on(session, study)
        text = markdown_of(report)
        headings = [line for line in text.splitlines() if line.startswith("## ")]
        assert headings == ["## Findings", *(f"## {one.title}" for one in report.sections)]
        found = tokens(text)
        assert sum(token.type == "table_open" for token in found) >= 12
        images = [token.attrs["src"] for token in found if token.type == "image"]
        assert images == [f"figures/{one.figure.name}.svg" for one in report.figures]

    def test_hostile_names_and_guidance_are_text(self, session: Session, study: Study) -> None:
        study.name = study.instructions = study.criteria[0].guidance = HOSTILE
        study.criteria[0].label = study.variants[0].run_variant.variant.name = HOSTILE
        session.flush()
        report = report_on(session, study)
        found = tokens(markdown_of(report))
        assert not [token for token in found if token.type in ("html_block", "html_inline")]
        images = [token for token in found if token.type == "image"]
        links = [token for token in found if token.type == "link_open"]
        assert len(images) == len(report.figures)
        assert {str(link.attrs["href"]).split("/")[0] for link in links} == {"figures"}
