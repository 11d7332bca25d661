"""Lines and bars."""

import io

from app.demo.progress import Step, plain_lines, terminal_progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def lines_of(steps, times):
    out, clock = io.StringIO(), iter(times)
    show = plain_lines(out, clock=lambda: next(clock))
    for step in steps:
        show(step)
    return out.getvalue().splitlines()


def test_a_plain_line_every_few_seconds():
    steps = [Step("base", n, 100, 0.5) for n in (1, 2, 3, 4)]
    # One reading to decide, one more when a line is printed.
    lines = lines_of(steps, [0, 0, 1, 6, 6, 7])
    assert lines == [
        "Pretraining the base: 1/100, loss 0.500",
        "Pretraining the base: 3/100, loss 0.500",
    ]


def test_the_last_step_always_gets_a_line():
    lines = lines_of([Step("lora", 1, 2), Step("lora", 2, 2)], [0, 0, 0.1, 0.1])
    assert lines[-1] == "Tuning the LoRA adapter: 2/2"


def test_no_control_characters_where_nobody_looks():
    out = io.StringIO()
    with terminal_progress(out) as progress:
        progress(Step("full", 2, 2, 0.25))
    assert out.getvalue() == "Tuning all weights: 2/2, loss 0.250\n"


def test_bars_on_a_terminal():
    out = Terminal()
    with terminal_progress(out) as progress:
        progress(Step("base", 1, 2, 1.5))
        progress(Step("base", 2, 2, 0.5))
    assert "Pretraining the base" in out.getvalue()
    assert "2/2" in out.getvalue()
    assert "loss 0.500" in out.getvalue()
