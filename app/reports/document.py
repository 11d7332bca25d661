"""A report as blocks of plain text, tables and figures: what HTML and Markdown are written from."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from app.figures import Figure

MOST_ROWS = 60
"""Of a table: an import may have thousands of pairs or raters."""


@dataclass(frozen=True)
class Heading:
    kind: ClassVar[str] = "heading"
    text: str


@dataclass(frozen=True)
class Paragraph:
    kind: ClassVar[str] = "paragraph"
    text: str


@dataclass(frozen=True)
class Quoted:
    """What raters read, word for word; `source` says where it stood."""

    kind: ClassVar[str] = "quoted"
    text: str
    source: str


@dataclass(frozen=True)
class Bullets:
    kind: ClassVar[str] = "bullets"
    items: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """The first column names the rows; the others hold numbers unless `numeric` is false."""

    kind: ClassVar[str] = "table"
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    numeric: bool = True
    number: int = 0


@dataclass(frozen=True)
class Drawn:
    kind: ClassVar[str] = "figure"
    figure: Figure
    number: int = 0


Block = Heading | Paragraph | Quoted | Bullets | Table | Drawn


@dataclass(frozen=True)
class Section:
    """`key` is its anchor."""

    key: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Notice:
    """What has to be known before anything else is read."""

    title: str
    text: str


@dataclass(frozen=True)
class Report:
    """`facts` are (what, value); `findings` one sentence per criterion."""

    title: str
    facts: tuple[tuple[str, str], ...]
    notices: tuple[Notice, ...]
    findings: tuple[str, ...]
    sections: tuple[Section, ...]

    @property
    def figures(self) -> tuple[Drawn, ...]:
        blocks = (block for section in self.sections for block in section.blocks)
        return tuple(block for block in blocks if isinstance(block, Drawn))


def numbered(sections: Iterable[Section]) -> tuple[Section, ...]:
    """The same with figures and tables numbered from 1, and tables of a length that is read;
    sections without blocks are left out."""
    counts = {Drawn: 0, Table: 0}

    def number(block: Block) -> Block:
        if not isinstance(block, Drawn | Table):
            return block
        counts[type(block)] += 1
        short = _shortened(block) if isinstance(block, Table) else block
        return replace(short, number=counts[type(block)])

    return tuple(
        replace(section, blocks=tuple(map(number, section.blocks)))
        for section in sections
        if section.blocks
    )


def _shortened(table: Table) -> Table:
    if len(table.rows) <= MOST_ROWS:
        return table
    left = f"The first {MOST_ROWS} of {len(table.rows):,} rows; exports hold everything."
    return replace(table, rows=table.rows[:MOST_ROWS], note=f"{table.note} {left}".strip())


def paragraph(sentences: Iterable[str]) -> Iterator[Paragraph]:
    """Sentences as one paragraph; nothing where there are none."""
    text = " ".join(filter(None, sentences))
    if text:
        yield Paragraph(text)
