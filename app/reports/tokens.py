"""Tokens beside ratings: marked spans, preferences and borrowing, and how they are measured."""

from collections.abc import Iterator

from app.analysis.intervals import Estimate
from app.analysis.tokens import OPENING
from app.figures.token_evidence import MARKED, preference_name
from app.lens.sentences import share as token_share
from app.reports.document import Block, Bullets, Heading, Section, Table
from app.reports.facts import Evidence
from app.reports.preferences import Figures, drawn
from app.reports.words import NONE, Written, lowered, mean, share, whole
from app.results.tokens import BorrowedVariant, MarkedValue, TokenEvidence, What
from app.results.tokens.sentences import AMOUNTS, nats, points

_WHATS = {What.SHIFTED: "shifted", What.KL: "KL, nats", What.BORROWED: "borrowed"}


def tokens_section(evidence: Evidence, figures: Figures) -> Section:
    found = evidence.tokens
    blocks = tuple(_blocks(found, figures)) if found else ()
    return Section("tokens", "Tokens beside ratings", blocks)


def _blocks(found: TokenEvidence, figures: Figures) -> Iterator[Block]:
    if found.marks:
        yield Heading("Spans marked wrong")
        yield from drawn(figures, MARKED)
        yield Bullets(tuple(one.finding for one in found.marked))
        yield from _marked(found)
    if found.relations:
        yield Heading("Preferences and what is shifted")
        keys = dict.fromkeys(one.criterion for one in found.relations)
        yield from drawn(figures, *map(preference_name, keys))
        yield Bullets(tuple(one.finding for one in found.relations))
        yield from _relations(found)
    if found.borrowing:
        yield Heading("Borrowed from the instruction set")
        yield Bullets(tuple(one.finding for one in found.borrowing))
        yield _borrowing(found)


def _marked(found: TokenEvidence) -> Iterator[Table]:
    rows = tuple(
        (f"{one.variant.name}, {_WHATS[value.what]}", *_of_value(value))
        for one in found.marked
        for value in one.values
    )
    if rows:
        yield Table(
            "Tokens of spans marked wrong, and of others of the same answers",
            ("Tokens", "Marked", "Elsewhere", "Difference", "Opening left out", "Marks"),
            rows,
            "Differences in percentage points, of KL in nats.",
        )


def _of_value(value: MarkedValue) -> tuple[str, ...]:
    anywhere, is_kl = value.anywhere, value.what is What.KL
    written = mean if is_kl else _share
    return (
        written(anywhere.marked),
        written(anywhere.elsewhere),
        _apart(anywhere.difference, nats if is_kl else points),
        _apart(value.later.difference, nats if is_kl else points),
        whole(anywhere.marks),
    )


def _relations(found: TokenEvidence) -> Iterator[Table]:
    rows = tuple(
        (
            f"{pair.first.name} over {pair.second.name}",
            f"{lowered(one.label)}, {AMOUNTS[one.amount]}",
            share(pair.more),
            share(pair.less),
            _apart(pair.gap, points),
        )
        for one in found.relations
        for pair in one.pairs
    )
    if rows:
        yield Table(
            "Preferences where more and where less is shifted than usual",
            ("Pair", "Criterion and amount", "More of it", "Less", "Difference in points"),
            rows,
            "Shares of the variant named first, ties as half. An association, no cause.",
        )


def _borrowing(found: TokenEvidence) -> Table:
    rule = f" Rated wrong: {found.wrong_rule}." if found.wrong_rule else ""
    return Table(
        "Judged answers with a borrowed content word",
        ("Variant", "With one", "By chance", "Rated wrong", "Others", "Difference in points"),
        tuple(map(_borrowed, found.borrowing)),
        f"By chance: what the instances nearest to another prompt would give.{rule}",
    )


def _borrowed(one: BorrowedVariant) -> tuple[str, ...]:
    of_groups = (NONE,) * 3
    if when := one.when_wrong:
        of_groups = (share(when.first), share(when.second), _apart(when.difference, points))
    return (one.variant.name, share(one.report.share), share(one.report.by_chance), *of_groups)


def _share(one: Estimate) -> str:
    """With a decimal where shares are small, as the lens writes them."""
    if one.value is None:
        return NONE
    return f"{token_share(one.value)} ({_ends(one, token_share)})"


def _apart(one: Estimate, written: Written) -> str:
    return NONE if one.value is None else f"{written(one.value)} ({_ends(one, written)})"


def _ends(one: Estimate, written: Written) -> str:
    if one.low is None or one.high is None:
        return f"no interval: {one.reason}"
    return f"{written(one.low)} to {written(one.high)}"


# --- methods ------------------------------------------------------------------------------------


def method_of_tokens(found: TokenEvidence | None) -> Iterator[str]:
    if found is None:
        return
    yield (
        "The tokens of a tuned variant’s answers were scored under its base after the same prompt "
        "(Lin et al., 2023): a token is shifted where the base ranks it fourth or lower, and the "
        f"opening is the first {OPENING} tokens. {_kl(found)}"
    )
    if found.marks:
        yield (
            "Each span marked wrong was held against the mean of all spans of as many tokens of "
            "the same answer that met no mark."
        )
    if any(one.pairs for one in found.relations):
        yield (
            "To see whether a preference goes with how much is shifted, the comparisons of a pair "
            "were parted at the median of how much more the first answer has of it than the "
            "second; the difference of the shares won in the two halves has what differs on every "
            "prompt alike taken out. It is an association."
        )
    if found.borrowing:
        yield (
            "Borrowed are words and phrases of an answer that stand in instances of the "
            "instruction set near to its prompt, and neither in the prompt nor in the base’s "
            "answer (after Ghosh et al., 2024)."
        )


def _kl(found: TokenEvidence) -> str:
    if found.exact:
        return "KL of the variant to the base is exact over the vocabulary."
    return "KL of the variant to the base is a lower bound, from the likeliest tokens of both."
