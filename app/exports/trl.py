"""Preference pairs for TRL (DPO, CPO, ORPO, reward models): one file per criterion, never merged.

There is no tie in this format: what is no clear preference is left out and counted.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from app.errors import Conflict
from app.exports.comparisons import TIES, Comparison, Side, compare
from app.exports.files import write_jsonl
from app.exports.shapes import Exclusion, Material, Option, ResponseText, Written
from app.exports.texts import as_one, shown_text

RULE = Option(
    "rule",
    ("majority", "each"),
    "majority: one pair where most raters agree; each: one pair per judgement",
)
LAYOUT = Option(
    "layout",
    ("conversational", "standard"),
    "conversational: lists of role and content; standard: plain texts",
)
FORM = Option(
    "form",
    ("shown", "as_is"),
    "of items stripped of openers and formatting; shown: pairs of the stripped texts that raters "
    "saw; as_is: no pairs",
)
RULES = ("stripped", "tie", "equal_votes", "cannot_judge", "identical_texts")


@dataclass(frozen=True)
class Pair:
    """A preference to learn from, and who said so. Votes are those on this pair of responses."""

    comparison: Comparison
    chosen: ResponseText
    rejected: ResponseText
    raters: tuple[str, ...]
    votes: Mapping[str, int]


def write_trl(material: Material, folder: Path, options: Mapping[str, str]) -> Written:
    """Raises Conflict when no criterion has a single pair."""
    files, exclusions, counts = [], [], {}
    for criterion in material.records.criteria:
        # Where only scores are asked, "cannot judge" is no comparison that was left out.
        asked = criterion.asks_preference
        ballots = _ballots(material, criterion.key, options["rule"]) if asked else []
        left_out = Counter(dict.fromkeys(RULES, 0))
        used = list(_of_form(ballots, options["form"], left_out))
        pairs = list(_pairs(used, material, left_out))
        counts[criterion.key] = {"considered": len(ballots), "pairs": len(pairs)}
        exclusions += [Exclusion(rule, n, criterion.key) for rule, n in left_out.items()]
        if pairs:  # an empty JSONL file is an error to most readers
            files += [
                write_jsonl(folder / f"{criterion.key}.jsonl", _rows(pairs, options["layout"])),
                write_jsonl(
                    folder / f"{criterion.key}.provenance.jsonl", _provenance(pairs, options)
                ),
            ]
    if not files:
        raise Conflict("No judgement prefers one response to another yet.", hint=_why(exclusions))
    return Written(tuple(files), {"criteria": counts}, tuple(exclusions))


def _why(exclusions: Iterable[Exclusion]) -> str:
    reasons = ", ".join(f"{e.criterion}: {e.rule} {e.count}" for e in exclusions if e.count)
    return f"Left out: {reasons}." if reasons else "No criterion asks for a preference."


def _ballots(material: Material, criterion: str, rule: str) -> list[list[Comparison]]:
    """What one pair is decided from: all raters on two responses of an item, or each alone."""
    mine = [c for c in compare(material.records.judgements) if c.criterion == criterion]
    if rule == "each":
        return [[comparison] for comparison in mine]
    grouped: defaultdict[tuple[int, int, int], list[Comparison]] = defaultdict(list)
    for c in mine:
        grouped[c.judgement.item, c.first.response_id, c.second.response_id].append(c)
    return list(grouped.values())


def _of_form(
    ballots: Iterable[list[Comparison]], form: str, left_out: Counter[str]
) -> Iterator[list[Comparison]]:
    for ballot in ballots:
        if form == "as_is" and ballot[0].judgement.is_stripped:
            left_out["stripped"] += 1
        else:
            yield ballot


def _pairs(
    ballots: Iterable[list[Comparison]], material: Material, left_out: Counter[str]
) -> Iterator[Pair]:
    for ballot in ballots:
        verdict = _verdict(ballot)
        first, second = (
            _as_shown(material, one.response_id, ballot[0])
            for one in (ballot[0].first, ballot[0].second)
        )
        if not isinstance(verdict, Side):
            left_out[verdict] += 1
        elif first.text == second.text:
            left_out["identical_texts"] += 1
        else:
            chosen, rejected = (first, second) if verdict is Side.WIN else (second, first)
            yield _pair(ballot, verdict, chosen, rejected)


def _as_shown(material: Material, response_id: int, comparison: Comparison) -> ResponseText:
    response, stripped = material.responses[response_id], comparison.judgement.is_stripped
    text = shown_text(material.study, response, stripped=stripped)
    return replace(response, text=text)


def _verdict(ballot: Iterable[Comparison]) -> Side | str:
    """WIN or LOSS of the first response, or the rule by which the pair is left out.

    The verdict of most raters counts, a tie being one of three; `cannot judge` is no vote.
    """
    votes = Counter(
        Side.TIE if c.side in TIES else c.side for c in ballot if c.side is not Side.CANNOT_JUDGE
    )
    if not votes:
        return "cannot_judge"
    most = max(votes.values())
    leaders = [side for side, count in votes.items() if count == most]
    if len(leaders) > 1:
        return "equal_votes"
    return "tie" if leaders[0] is Side.TIE else leaders[0]


def _pair(
    ballot: list[Comparison], verdict: Side, chosen: ResponseText, rejected: ResponseText
) -> Pair:
    against = Side.LOSS if verdict is Side.WIN else Side.WIN
    sides = Counter(comparison.side for comparison in ballot)
    votes = {
        "votes_chosen": sides[verdict],
        "votes_rejected": sides[against],
        "votes_tie": sum(sides[tie] for tie in TIES),
        "cannot_judge": sides[Side.CANNOT_JUDGE],
    }
    raters = tuple(comparison.judgement.rater for comparison in ballot)
    return Pair(ballot[0], chosen, rejected, raters, votes)


def _rows(pairs: Iterable[Pair], layout: str) -> Iterator[Mapping[str, Any]]:
    for pair in pairs:
        messages = pair.chosen.messages
        if layout == "standard":
            yield {
                "prompt": as_one(messages),
                "chosen": pair.chosen.text,
                "rejected": pair.rejected.text,
            }
        else:
            yield {
                "prompt": list(messages),
                "chosen": [{"role": "assistant", "content": pair.chosen.text}],
                "rejected": [{"role": "assistant", "content": pair.rejected.text}],
            }


def _provenance(pairs: Iterable[Pair], options: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    for row, pair in enumerate(pairs):
        judgement = pair.comparison.judgement
        ids = (pair.chosen.response_id, pair.rejected.response_id)
        who = f"-{pair.raters[0]}" if options["rule"] == "each" else ""
        yield {
            "pair_id": f"{pair.comparison.criterion}-{judgement.item}-{ids[0]}-{ids[1]}{who}",
            "row": row,
            "criterion": pair.comparison.criterion,
            "item": judgement.item,
            "prompt_id": judgement.prompt,
            "category": judgement.category,
            "stripped": judgement.is_stripped,
            "chosen_response_id": ids[0],
            "rejected_response_id": ids[1],
            "chosen_variant": pair.chosen.variant,
            "rejected_variant": pair.rejected.variant,
            "raters": list(pair.raters),
            **pair.votes,
        }
