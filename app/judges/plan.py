"""What judging will take: the requests still to be made, how they are sampled, what they cost."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.judges.orders import in_order
from app.judges.work import Key, due, task_of
from app.registry import SamplingSpec, VariantSpec
from app.tables import Item, Judge, Scale
from app.variants import spec_of

_EXAMPLES = 20
_CHARACTERS_PER_TOKEN = 4  # of English, about; other scripts take more tokens
# Room for one criterion's reply, in tokens: its names, and per answer; a reason; a text.
_ROOM, _ROOM_PER_ANSWER, _ROOM_FOR_REASON, _ROOM_FOR_TEXT = 40, 15, 150, 300


@dataclass(frozen=True)
class JudgePlan:
    """A judge's spec, and the requests that it still has to be asked."""

    spec: VariantSpec
    sampling: SamplingSpec
    due: tuple[Key, ...]


def plan_of(session: Session, judge: Judge) -> JudgePlan:
    """Raises AppError for a variant that cannot be asked."""
    spec = spec_of(judge.variant)
    return JudgePlan(spec, sampling_of(session, judge, spec), tuple(due(session, judge)))


def sampling_of(session: Session, judge: Judge, spec: VariantSpec) -> SamplingSpec:
    """Greedy, with room for the whole reply; more where the variant has it, for those that think
    first."""
    room = reply_room(judge, answers=_most_answers(session, judge))
    return SamplingSpec(temperature=0, max_tokens=max(room, spec.sampling.max_tokens))


def reply_room(judge: Judge, *, answers: int) -> int:
    """The most tokens that a reply should need."""
    criteria = judge.study.criteria
    texts = sum((answers if one.per_answer else 1) for one in criteria if one.scale is Scale.TEXT)
    reasons = _ROOM_FOR_REASON if judge.asks_reasons else 0
    per_criterion = _ROOM + _ROOM_PER_ANSWER * answers + reasons
    return len(criteria) * per_criterion + texts * _ROOM_FOR_TEXT


def _most_answers(session: Session, judge: Judge) -> int:
    """Of any item of a study: every design has the same number in each."""
    keys = due(session, judge)
    if not keys:
        return 2
    return len(in_order(judge, session.get_one(Item, keys[0].item_id), is_reversed=False))


@dataclass(frozen=True)
class Cost:
    """`requests` to be made. Tokens are guessed from the lengths of some of the prompts, those of
    replies are the most that a reply may take."""

    requests: int
    prompt_tokens: int
    reply_tokens: int


def cost_of(session: Session, judge: Judge) -> Cost:
    """Of what is still to be asked. Raises AppError for a variant that cannot be asked."""
    plan = plan_of(session, judge)
    keys = plan.due
    examples = keys[:: max(1, len(keys) // _EXAMPLES)][:_EXAMPLES]
    lengths = [len(task_of(session, judge, key).prompt) for key in examples]
    mean = sum(lengths) / len(lengths) / _CHARACTERS_PER_TOKEN if lengths else 0
    most = reply_room(judge, answers=_most_answers(session, judge))
    return Cost(len(keys), round(mean * len(keys)), most * len(keys))
