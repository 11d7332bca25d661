"""What the demo does and does not show, for every page that shows it."""

_PARAGRAPHS = (
    """These are miniature models of a fictional world, made so that Triptych can be tried in a
    minute on an ordinary computer. They show what the dashboard does; they are no evidence about
    the models you use.""",
    """The difference between the adapter and the full fine-tune is one chosen operating point:
    same data, same number of epochs, but learning rates picked by looking at questions of the same
    kind. At a tenth of the adapter's learning rate the full fine-tune keeps the facts too, and an
    adapter trained four times harder (in rate, or in epochs) loses more than half of them.""",
    """The assistant's voice is in the pretraining texts by construction: without it an adapter of
    this size finds the voice only by losing the facts. That tuning merely brings out a voice which
    the base already had is therefore an assumption of the miniature, not a finding.""",
    """Questions are worded close to the tuning and pretraining texts, though never the same, and
    wordings that were misread while the demo was made have been exchanged: it is about what a
    variant knows, not about how well it understands.""",
    """The voice alone tells the base from the other two, so the adapter against the full fine-tune
    is the comparison worth blinding.""",
)
# Plain paragraphs with an empty line between them.
CAVEAT = "\n\n".join(" ".join(paragraph.split()) for paragraph in _PARAGRAPHS)
