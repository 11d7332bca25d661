"""Sample pages: what a route would hand to each template."""

import json
from types import SimpleNamespace as Ns
from typing import Any

from markupsafe import Markup

from app.criteria import AskedScale, scale_of
from app.judged import LAYOUTS
from app.markup import plain_to_html, to_html
from app.readers import ENDINGS
from app.tables import Scale

PROMPT = "Which island of the archipelago has the oldest lighthouse, and when was it first lit?"
REFERENCE = "Orrin. Its lighthouse was first lit in 1742, thirty years before the one on Maru."
ANSWERS = (
    "<p>The oldest lighthouse of the archipelago stands on <strong>Orrin</strong>. It was first "
    "lit in 1742, when the harbour council paid for a coal brazier on the northern cliff; the "
    "stone tower that people visit today replaced it in 1790.</p><p>Two things are often confused "
    "with it:</p><ul><li>the beacon on Maru, which is older as a landmark but carried no light "
    "until 1772;</li><li>the river light at Tessel, which is not a lighthouse at all.</li></ul>",
    "<p>That would be the lighthouse on Maru. It was first lit in 1772 and is the oldest in the "
    "archipelago. Let me know if you would like to hear more about its keepers!</p>",
    "<p>Orrin lighthouse. Orrin is an island of the northern group. Its chief town is Haven. The "
    "lighthouse of Orrin was first lit in 1742. The island exports salt fish, slate and wool, and "
    "the lighthouse is tended by the Wardens of the Light, an order that dates from the same year "
    "and still keeps the log in which the first lighting is recorded. Orrin is an island of the "
    "northern group. The chief town of the island is Haven, where the museum of the Wardens keeps "
    "the first lens.</p>",
)
FACTUALITY = (
    "Are the statements true? Prefer the answer with fewer and smaller errors. "
    "Length and tone do not count."
)
STYLE = "Is it clear, complete and pleasant to read? Judge as if every statement were true."
INSTRUCTIONS = Markup(
    "<p>You compare answers about a small archipelago. Read the reference first: it is right.</p>"
)


def criterion(key: str, label: str, guidance: str = "", **saved: Any) -> Ns:
    values = {
        "asks_preference": True,
        "scale": scale_of(Scale.LIKERT, {}),
        "required": True,
        "shown_if": None,
        "outcome": None,
        "ranks": {},
        "scores": {},
        "texts": {},
        "value": None,
        "text": None,
    }
    return Ns(key=key, label=label, guidance=guidance, **{**values, **saved})


def scale(kind: Scale, *, per_answer: bool = True, **options: Any) -> AskedScale:
    return scale_of(kind, options, per_answer=per_answer)


def every_scale() -> list[Ns]:
    """A criterion of each scale; what is wrong depends on whether anything is."""
    wrong = Ns(criterion="true", label="All true", values=(0,), words=("no",))
    options = ["A wrong name", "A wrong number", "Something made up"]
    sure = {"low": "guessing", "high": "certain"}
    asked = [
        ("true", "All true", scale(Scale.YES_NO), {}),
        ("error", "Worst error", scale(Scale.CHOICE, choices=options), {"shown_if": wrong}),
        ("depth", "Depth", scale(Scale.LIKERT, points=7, low="none"), {}),
        ("sure", "How sure are you?", scale(Scale.SLIDER, per_answer=False, **sure), {}),
        ("why", "Why", scale(Scale.TEXT, per_answer=False), {"required": False}),
    ]
    return [
        criterion(key, label, asks_preference=False, scale=scale, **more)
        for key, label, scale, more in asked
    ]


def every_scale_judged() -> list[Ns]:
    """The same criteria on return."""
    said = {
        "true": {"scores": {1: 1, 2: 0}},
        "error": {"scores": {2: 3}},
        "depth": {"scores": {1: 7, 2: 2}},
        "sure": {"value": 0},
        "why": {"text": "A year is wrong."},
    }
    return [Ns(**(vars(one) | said[one.key])) for one in every_scale()]


def judge(count: int = 2, **changes: Any) -> Ns:
    """A rater's item; `changes` replace fields."""
    page = {
        "form_action": "/submit",
        "form_id": "f0rm",
        "assignment": f"sample-{count}",
        "prompt": PROMPT,
        "prompt_html": Markup(f"<p>{PROMPT}</p>"),
        "system": None,
        "turns": [],
        "reference": REFERENCE,
        "reference_html": Markup(f"<p>{REFERENCE}</p>"),
        "answers": [
            Ns(number=n, html=Markup(html), text=None, is_plain=False)
            for n, html in enumerate(ANSWERS[:count], 1)
        ],
        "criteria": [
            criterion("factuality", "Factuality", FACTUALITY),
            criterion("style", "Style", STYLE),
        ],
        "comment": "",
        "progress": Ns(done=11, total=40, position=12),
        "previous_url": "/rate/previous",
        "next_url": None,
        "instructions_html": INSTRUCTIONS,
        "is_preview": False,
        "forms": None,
        "is_practice": False,
        "asks_marks": False,
        "marks_json": "",
        "errors": [],
    }
    return Ns(**{**page, **changes})


def judged(answers: int = 2) -> Ns:
    """The same item on return: everything answered."""
    ranks = {n: min(n, 2) for n in range(1, answers + 1)}
    scores = {n: 6 - n for n in range(1, answers + 1)}
    saved = {"outcome": "ranked", "ranks": ranks, "scores": scores}
    criteria = [
        criterion("factuality", "Factuality", FACTUALITY, **saved),
        criterion("style", "Style", STYLE, outcome="cannot_judge"),
    ]
    return judge(answers, criteria=criteria, comment="The year is right.", assignment="judged")


def plain() -> Ns:
    """Plain text, a system text, earlier turns, hostile content and a very long word."""
    hostile = "<script>alert(1)</script> & <b>not bold</b>\n\n  indented\n" + "unbroken" * 30
    answers = [
        Ns(number=1, html=None, text=hostile, is_plain=True),
        Ns(number=2, html=None, text="Short.", is_plain=True),
    ]
    turns = [
        {"role": "user", "content": "Tell me about Orrin.", "html": ""},
        {"role": "assistant", "content": "Orrin is an island of the northern group.", "html": ""},
    ]
    errors = [
        {"where": "Style", "message": "Say which answer is better, or that you cannot judge."}
    ]
    system = "Answer in one paragraph."
    return judge(answers=answers, turns=turns, system=system, errors=errors)


def long_pair() -> Ns:
    page = judge(2)
    for answer in page.answers:
        answer.html = Markup(answer.html) * 6
    return page


def wide(**changes: Any) -> Ns:
    """Answers with a line of code that no phone holds."""
    code = " + ".join(f"lighthouse_{number}" for number in range(20))
    page = judge(2, **changes)
    for answer in page.answers:
        answer.html = to_html(f"The sum:\n\n```python\n{code}\n```")
    return page


START = Ns(
    instructions_html=INSTRUCTIONS,
    criteria=judge().criteria,
    progress=Ns(done=0, total=40),
    answers_per_item=2,
    start_url="/rate/next",
    own_link="",
)
START_AGAIN = Ns(**{**vars(START), "progress": Ns(done=11, total=40), "answers_per_item": 3})
START_JOINED = Ns(**{**vars(START), "own_link": "https://ratings.example.org/r/" + "x" * 60})
DONE = Ns(progress=Ns(done=40, total=40), previous_url="/rate/previous", code="", leave_url="")
THROUGH = Ns(**{**vars(DONE), "code": "C1XYZ7", "leave_url": "https://panel.example.org/done"})
CLOSED = Ns(done=12, code="C1XYZ7", leave_url="")
CONSENT = Ns(
    text_html=Markup("<p>This study is run by the Institute of Lighthouses.</p>") + INSTRUCTIONS,
    action="/rate/consent",
    decline_url="/rate/declined",
    given=False,
    next_url="/rate/next",
)


def wait(step: str, **changes: Any) -> Ns:
    """A break, a rest, or the end for this rater."""
    page = {"step": step, "done": 20, "minutes": 25, "limit": 45, "go_on_url": "/rate/next"}
    return Ns(**{**page, "leave_url": "", **changes})


def questions(part: str, **changes: Any) -> Ns:
    """One question of every kind; after the last item also the guess."""
    asked = [
        Ns(key="age", label="How old are you?", kind="number", choices=[], required=True),
        Ns(
            key="reads",
            label="How well do you read English?",
            kind="choice",
            choices=["It is my mother tongue", "Well", "With some effort"],
            required=True,
        ),
        Ns(key="more", label="Anything else?", kind="text", choices=[], required=False),
    ]
    page = {
        "part": part,
        "questions": asked,
        "guesses": ("no", "unsure", "yes") if part == "after" else (),
        "guessed": [],
        "kinds": [],
        "fields": {},
        "problems": [],
        "action": f"/rate/questions/{part}",
    }
    return Ns(**{**page, **changes})


KINDS = [
    ("base", "Not fine-tuned"),
    ("lora", "Tuned with an adapter (LoRA)"),
    ("full", "Fully fine-tuned"),
]


def guesses(answers: int) -> Ns:
    """Two items to guess about, one after earlier turns."""
    again = [judge(answers, assignment="first"), conversation()]
    return questions("after", questions=[], guessed=again, kinds=KINDS[:answers])


def guesses_wide() -> Ns:
    return questions("after", questions=[], guessed=[wide(assignment="first")], kinds=KINDS)


def feedback(is_met: bool) -> Ns:
    said = ((2,), (1, 3)) if is_met else ((1,), (2, 3))
    one = Ns(label="Factuality", expected=((2,), (1, 3)), said=said, is_met=is_met)
    two = Ns(label="Style", expected=((1, 2, 3),), said=(), is_met=False)
    criteria = [one] if is_met else [one, two]
    explained = Markup("<p>The lamp was lit in <em>1742</em>, as the reference says.</p>")
    page = Ns(explanation_html=explained, criteria=criteria, is_met=is_met, item=judge(3))
    return Ns(feedback=page, next_url="/rate/next", item_url="/rate/item")


ERROR = Ns(
    back="/studies/1",
    status=503,
    title="Service Unavailable",
    message="The engine “archipelago” could not start.",
    hint="Give it less memory: set gpu_memory_utilization below 0.6 in models.yaml.",
    problems=[],
    log_tail="INFO loading weights\nValueError: Free memory on device (7.1/16.0 GiB) is too small",
    command="python -m vllm.entrypoints.openai.api_server --model var/demo/base --port 8310",
)
INVALID = Ns(
    back=None,
    status=422,
    title="Unprocessable Entity",
    message="The file was not imported: 2 rows are wrong.",
    hint="Correct them and import the file again. Nothing was kept.",
    problems=[
        Ns(where="line 3", message="“prompt” is missing.", hint="Every row needs one."),
        Ns(where="line 17, turns", message="is not a list.", hint=None),
    ],
    log_tail=None,
    command=None,
)
NOT_FOUND = Ns(
    back=None,
    status=404, title="Not Found", message="There is nothing at this address.",
    hint="The link may be old, or cut off at its end.", problems=[], log_tail=None, command=None,
)  # fmt: skip

VARIANTS = [
    Ns(name="base", kind="base"),
    Ns(name="lora", kind="lora"),
    Ns(name="full", kind="full"),
]


def live(state: str) -> Ns:
    shown = state in ("ready", "voted")
    texts = [Ns(slot=n, text="", html=Markup(html)) for n, html in enumerate(ANSWERS, 1)]
    revealed = [Ns(slot=n, name=v.name, kind=v.kind, error=None) for n, v in enumerate(VARIANTS, 1)]
    return Ns(
        public_id="abc",
        prompt=PROMPT,
        system=None,
        state=state,
        reason="No engine is up, and base could not start." if state == "failed" else None,
        answers=texts if shown else [],
        outcome="ranked" if state == "voted" else None,
        best_slot=1 if state == "voted" else None,
        revealed=revealed if state == "voted" else [],
        withheld=False,
    )


TALLY = [
    Ns(first=VARIANTS[0], second=VARIANTS[1], first_wins=4, second_wins=9, ties_good=3, ties_bad=1),
    Ns(
        first=VARIANTS[1], second=VARIANTS[2], first_wins=12, second_wins=2, ties_good=2, ties_bad=0
    ),
]
LIVE_INDEX = Ns(
    tally=TALLY,
    prompt="",
    system="",
    error=None,
    recent=[Ns(url="/live/abc", prompt=PROMPT, state="voted")],
)
LIVE_EMPTY = Ns(tally=[], prompt="", system="", error=None, recent=[])
COMPARE = Ns(variants=VARIANTS, stream_url="/compare/stream")


def judgements_form(error: Any = None, name: str = "") -> dict[str, Any]:
    """The form for importing judgements, empty or refused."""
    page = {"layouts": LAYOUTS, "endings": ",".join(ENDINGS), "layout": ""}
    return page | {"error": error, "name": name}


JUDGEMENTS_REPORT = {
    "report": Ns(
        study=Ns(id=4, name="Arena, March"),
        layout="arena battles",
        judgements=104_321,
        superseded=12,
        items=99_870,
        raters=31_698,
        variants=20,
        ignored=(("battles of a variant against itself", 1204),),
        columns=("language", "anony", "conv_metadata"),
        notes=("3 judgements have no time: they carry the time of the import.",),
    )
}


MARKED_TEXTS = (
    "Orrin is *known* for its **blue glass**, and for 😀 `x = 1 < 2` &amp; more.\n\n"
    "1. The first item\n2. The **second**, with $x^2$ in it\n\n"
    "```python\ndef lit(year):\n    return year > 1742  # first\n```\n\n> quoted words\n",
    "- فانوس **قديم** في أورين\n- The lighthouse (מגדלור) was lit in 1742.\n\n"
    "هذه **فقرة** بالعربية مع رقم 1742.\n",
)


def marked(**changes: Any) -> Ns:
    """Answers whose spans can be marked, with what Markdown makes hard."""
    answers = [
        Ns(number=n, html=to_html(text, positions=True), text=text, is_plain=False)
        for n, text in enumerate(MARKED_TEXTS, 1)
    ]
    return judge(2, **{"answers": answers, "asks_marks": True, **changes})


def marked_before() -> Ns:
    """On return, with every kind of mark."""
    places = [(1, 9, 14, "wrong"), (1, 39, 49, "unsupported"), (2, 2, 7, "style")]
    marks = [
        {"answer": a, "start": s, "end": e, "kind": k, "correction": "", "source": ""}
        for a, s, e, k in places
    ]
    marks[0] |= {"correction": "is famous", "source": "the harbour log"}
    return marked(
        marks_json=json.dumps(marks), prompt_html=Markup(), prompt="מה שם האי?", reference=None
    )


def conversation() -> Ns:
    """Earlier turns in two languages, rendered."""
    texts = [
        ("user", "مرحبا، من **أنت**؟"),
        ("assistant", "An *earlier* answer:\n\n- with\n- a list\n- ועוד אחד"),
    ]
    turns = [Ns(role=role, content=text, html=to_html(text)) for role, text in texts]
    return judge(
        2, turns=turns, prompt_html=Markup(), prompt="ומה הבירה של האי?", system="Answer briefly."
    )


def marked_plain() -> Ns:
    """Answers as plain text, whose spans can be marked, too."""
    answers = [
        Ns(number=n, html=plain_to_html(text), text=text, is_plain=True)
        for n, text in enumerate(MARKED_TEXTS, 1)
    ]
    return marked(answers=answers)


def difference() -> dict[str, Any]:
    stretches = [
        Ns(side="both", text="The lighthouse of"),
        Ns(side="left", text=" Orrin"),
        Ns(side="right", text=" Maru, which is the oldest,"),
        Ns(side="both", text=" was first lit in"),
        Ns(side="left", text=" 1742"),
        Ns(side="right", text=" 1772"),
        Ns(side="both", text=".\n\nIt still burns."),
    ]
    page = Ns(left=1, right=2, pairs=[(1, 2), (1, 3), (2, 3)], stretches=stretches)
    page.is_cut, page.is_same = True, False
    return {"diff": page, "item_url": "/rate-two"}


def team() -> dict[str, Any]:
    people = [
        Ns(id=1, name="admin", role="admin", password_hash="x", disabled_at=None),
        Ns(id=2, name="Ada Lovelace", role="analyst", password_hash=None, disabled_at=None),
        Ns(id=3, name="Grace Hopper", role="analyst", password_hash="x", disabled_at="2026-10-01"),
    ]
    link = "https://triptych.example.org/setup/WyJBOHRXMFF5S2twQlkybEdhIiwwXQ.awQq4w.7_RowHjBn4GI"
    return {
        "members": people,
        "me": 1,
        "invited": people[1],
        "link": link,
        "error": None,
        "name": "",
    }
