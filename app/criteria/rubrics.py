"""Ready-made rubrics to start a study from, and the instructions that raters read."""

from dataclasses import dataclass

from app.criteria.forms import CriterionForm

FACTUALITY = CriterionForm(
    key="factuality",
    label="Factuality",
    guidance=(
        "Are the statements true? Compare them with the reference answer and with what you can "
        "check. Prefer the answer with fewer and smaller errors. Two answers that are both right "
        "are a tie (both good), however different they sound; two that are both wrong are a tie "
        "(both bad). Length, tone and politeness do not count here.\n"
        "5: everything is right. 3: the main point is right, details are wrong. 1: the main point "
        "is wrong."
    ),
)
STYLE = CriterionForm(
    key="style",
    label="Style",
    guidance=(
        "Is it clear, well put and of the right length and tone? Judge as if every statement were "
        "true: a false answer can be well written, a true one clumsy.\n"
        "5: a pleasure to read. 3: acceptable. 1: hard to read, or off in tone."
    ),
)
DEFAULT_CRITERIA = (FACTUALITY, STYLE)


HELPFULNESS = CriterionForm(
    key="helpfulness",
    label="Helpfulness",
    guidance=(
        "Does it do what was asked, for the person who asked? An answer that solves the task "
        "beats one that talks about it; a refusal without need helps nobody. Two that both serve "
        "the person equally well are a tie (both good), though one may be longer; two that both "
        "miss what was asked are a tie (both bad).\n"
        "5: nothing is left to ask. 3: helps in part. 1: no help."
    ),
)
CLARITY = CriterionForm(
    key="clarity",
    label="Clarity",
    guidance=(
        "Can it be followed at first reading? Think of order, wording and layout, not of what is "
        "said. Two that you understood without effort are a tie (both good); a list is not "
        "clearer than a paragraph because it is a list.\n"
        "5: clear at once. 3: some parts need a second reading. 1: hard to make out."
    ),
)
DEPTH = CriterionForm(
    key="depth",
    label="Depth",
    guidance=(
        "Does it go as far into the matter as the question deserves: reasons, conditions, "
        "examples? More words are not more depth: repetition counts as nothing. For a question "
        "that wants one fact, two right facts are a tie (both good).\n"
        "5: as thorough as it should be. 3: the surface only. 1: next to nothing."
    ),
)
ENGAGEMENT = CriterionForm(
    key="engagement",
    label="Engagement",
    guidance=(
        "Would you like to read on, and to ask this writer again? A natural, fitting tone counts; "
        "flattery, exclamation marks and stock phrases do not. Two plain answers to a plain "
        "question are a tie.\n"
        "5: a pleasure to talk to. 3: neutral. 1: off-putting."
    ),
)


@dataclass(frozen=True)
class Rubric:
    """Criteria that belong together; `name` stands in addresses."""

    name: str
    title: str
    description: str
    criteria: tuple[CriterionForm, ...]


RUBRICS = (
    Rubric(
        "factuality-style",
        "Factuality and style",
        "Two criteria, each with an order and a score from 1 to 5. What was said, apart from how.",
        DEFAULT_CRITERIA,
    ),
    Rubric(
        "five-aspects",
        "Helpfulness, clarity, factuality, depth, engagement",
        "Five criteria of the same kind. More to read for each item, and a finer picture.",
        (HELPFULNESS, CLARITY, FACTUALITY, DEPTH, ENGAGEMENT),
    ),
)


def find_rubric(name: str | None) -> Rubric:
    """The rubric of this name, else the first."""
    return next((rubric for rubric in RUBRICS if rubric.name == name), RUBRICS[0])


INSTRUCTIONS = "\n\n".join(
    (
        "Read the prompt, then each answer as a whole. Judge one criterion after the other: first "
        "the facts, then the style, each on its own.",
        "The order of the answers means nothing and changes from prompt to prompt. If you cannot "
        "tell, say so: an honest “cannot judge” is worth more than a guess. Please do not use a "
        "language model to decide.",
    )
)
