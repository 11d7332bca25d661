"""Words that every audience is told the same way: pages, figures, reports, terminals."""


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """`1 judgement`, `1,234 judgements`, `1 is`, `2 are`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
