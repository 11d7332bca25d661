"""The table that `triptych compare-checkpoints` ends with."""

from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

from app.analysis.intervals import Estimate
from app.cli.lens import require_whole, say_reasons
from app.cli.run import require_answers, say_answers
from app.cli.terminal import say, show_table
from app.lens import find_lens, lens_progress
from app.lens.checkpoints import CheckpointTokens, checkpoint_tokens
from app.lens.sentences import between, share
from app.runs import get_run, progress

_TITLE = "Greedy answers: tokens by their rank under the base, 95 % intervals over prompts"
_COLUMNS = (
    "variant",
    "step",
    "unshifted",
    "marginal",
    "shifted",
    "shifted, opening",
    "shifted, rest",
    "KL, nats",
    "borrow",
)


def show_checkpoints(session: Session, run_id: int) -> None:
    """What there is, and why something is missing; then raises AppError for that."""
    run = get_run(session, run_id)
    answers, lens = progress(session, run), find_lens(session, run)
    assert lens is not None  # it was made before
    scorings = lens_progress(session, lens)
    say_answers(answers)
    for one in scorings.variants:
        say_reasons(one)
    _show(checkpoint_tokens(session, lens))
    require_answers(answers)
    require_whole(scorings)
    say(f"See it in the browser: /runs/{run_id}/lens")


def _show(found: Sequence[CheckpointTokens]) -> None:
    if not found:
        return
    show_table(_COLUMNS, [_row(one) for one in found], title=_TITLE)
    reasons = (estimate.reason for one in found for estimate in (*_shares(one), one.lens.shares.kl))
    for reason in dict.fromkeys(one for one in reasons if one):
        say(f"Where there is no interval: {reason}.")


def _row(one: CheckpointTokens) -> Sequence[str]:
    step = f"{one.checkpoint.step:,}" if one.checkpoint else "–"
    kl = _told(one.lens.shares.kl, "{:.3f}".format, "{:.3f} to {:.3f}".format)
    return (
        one.lens.name,
        step,
        *(_told(estimate, share, between) for estimate in _shares(one)),
        kl if one.lens.read.exact else f"at least {kl}",
        _told(one.borrowed, share, between) if one.borrowed else "–",
    )


def _shares(one: CheckpointTokens) -> tuple[Estimate, ...]:
    shares = one.lens.shares
    parts = (shares.opening.shifted, shares.rest.shifted)
    return shares.overall.unshifted, shares.overall.marginal, shares.overall.shifted, *parts


def _told(
    one: Estimate, written: Callable[[float], str], bounds: Callable[[float, float], str]
) -> str:
    value = "–" if one.value is None else written(one.value)
    if one.low is None or one.high is None:
        return value
    return f"{value} ({bounds(one.low, one.high)})"
