"""Phrases with which answers begin and end, and which say nothing of the matter.

English and German. Letters may be large or small; an apostrophe may be straight or curly.
"""

import re

from app.stripping.stripped import Stretches

_END = r"(?:[.!]+|:\)|[ \t]*+(?=\n|\Z))"  # of a sentence, or of a line without any sign
_MORE = r"[^.!?\n]"

# One word or two, then a sign: "Sure!", "Certainly, ...". What could be the answer to a question
# of yes and no goes only where it cries out.
_INTERJECTIONS = (
    *("sure(?: thing)?", "certainly", "of course", "no problem", "you got it", "got it"),
    *("okay", "ok", "alright", "all right", "understood", "with pleasure", "my pleasure"),
    *("great", "hello(?: there)?", "hi(?: there)?", "hey(?: there)?"),
    *("(?:ja, |aber )?(?:sehr |aber )?gerne?", "natürlich", "selbstverständlich", "(?:na )?klar"),
    *("sicher(?:lich)?", "kein problem", "alles klar", "verstanden", "hallo", "guten tag"),
)
_CRIES = ("absolutely", "definitely", "yes", "wonderful", "excellent", "absolut", "auf jeden fall")
_KIND = (
    r"(?:very |really |truly |such )?(?:an? )?(?:very |really |truly )?"
    r"(?:great|good|excellent|interesting|fantastic|wonderful|thoughtful|fascinating|important)"
)
_GUTE = r"(?:sehr )?(?:gute|tolle|interessante|spannende|ausgezeichnete|großartige|wichtige)"
_GLAD = r"(?:happy|glad|delighted|pleased)"
_OPENING_SENTENCES = (
    rf"(?:(?:that['’]s|that is|this is|what) )?{_KIND} (?:question|topic|request)(?: indeed)?",
    rf"(?:thank you|thanks)(?: (?:so|very) much)? for (?:asking|your|reaching|the){_MORE}{{0,60}}",
    rf"(?:(?:i['’]d|i would|i['’]ll|i will) be |i['’]m |i am )?(?:more than )?{_GLAD} to "
    rf"(?:help|assist|answer){_MORE}{{0,80}}",
    rf"(?:i['’]m |i am )?glad you asked{_MORE}{{0,20}}",
    rf"i can (?:certainly |definitely |of course )?help (?:you )?with (?:that|this){_MORE}{{0,20}}",
    r"let['’]s (?:dive|get) (?:in|right in|into it|started)",
    rf"(?:das ist )?(?:wirklich )?(?:eine )?{_GUTE} frage",
    rf"(?:vielen dank|danke)(?: schön)? für (?:deine|ihre|die|eure) {_MORE}{{0,40}}",
    r"(?:ich helfe|gerne? helfe ich)(?: dir| ihnen| euch)?(?: sehr)?(?: gerne?)?"
    r"(?: dabei| damit| weiter)*",
    r"schön, dass (?:du|sie) frag(?:st|en)",
)
# Up to the colon that ends the line: "Here is a short summary:".
_ANNOUNCEMENTS = (
    rf"(?:here['’]s|here is|here are|below is|below are){_MORE}{{0,120}}",
    rf"(?:hier (?:ist|sind|kommt|kommen|findest du|finden sie)|im folgenden){_MORE}{{0,120}}",
)
# What stands before the sentence itself.
_PREFIXES = (
    r"as an? (?:ai|artificial intelligence|(?:large )?language model)"
    rf"(?: {_MORE}{{0,60}}?)?,",
    r"als (?:eine? )?(?:großes )?(?:ki|künstliche intelligenz|sprachmodell)(?:-\w+)?,?(?=\s)",
)
_CLOSING_SENTENCES = (
    rf"(?:i )?(?:really )?hope (?:that|this|it|these|you){_MORE}{{0,20}}help(?:s|ed|ful)?"
    rf"{_MORE}{{0,40}}",
    rf"(?:so |and )?(?:please |just )?(?:let me know|do(?:n['’]t| not) hesitate to"
    rf"|feel free to (?:ask|reach out|let me know|contact)){_MORE}{{0,160}}",
    rf"if (?:you (?:have|need|want|['’]d like|would like)|there(?:['’]s| is)) (?:any|more|further|"
    rf"anything|something){_MORE}{{0,60}}(?:let me know|feel free|just ask|i['’]m here|i am here)"
    rf"{_MORE}{{0,80}}",
    rf"(?:is there anything else|do you have any (?:other |more |further )?questions)"
    rf"{_MORE}{{0,80}}\?",
    rf"would you like (?:me to|to know|more|any|further){_MORE}{{0,120}}\?",
    r"good luck|happy (?:coding|cooking|baking|learning|reading|writing|travell?ing)",
    rf"ich hoffe, (?:das|dies|ich|dass){_MORE}{{0,60}}(?:hilft|helfen|geholfen|weiter)"
    rf"{_MORE}{{0,20}}",
    rf"(?:lass|lassen sie)(?: es)? (?:mich|uns)(?: gerne?)? wissen{_MORE}{{0,120}}",
    rf"(?:wenn|falls|sollten?|solltest)(?: du| sie)? (?:noch |weitere |mehr |irgendwelche )*"
    rf"(?:fragen|hilfe|informationen){_MORE}{{0,120}}",
    rf"bei (?:weiteren |noch offenen )?fragen{_MORE}{{0,100}}",
    rf"(?:gibt es|kann ich)(?: dir| ihnen)? (?:noch|sonst|noch sonst) (?:etwas|irgendetwas|mit|bei)"
    rf"{_MORE}{{0,100}}\?",
    rf"(?:möchtest du|möchten sie)(?:,? dass ich| mehr| noch| weitere){_MORE}{{0,100}}\?",
    rf"(?:melde dich|melden sie sich)(?: jederzeit| gerne?)*{_MORE}{{0,60}}",
    r"viel erfolg|viel glück|viel spaß",
)


def _any(patterns: tuple[str, ...]) -> str:
    return "|".join(f"(?:{pattern})" for pattern in patterns)


_OPENER = re.compile(
    rf"(?:(?:{_any(_INTERJECTIONS)})(?:[!.,]+|[ \t]*[–—:-](?=\s))"
    rf"|(?:{_any(_CRIES)})!+"
    rf"|(?:{_any(_OPENING_SENTENCES)}){_END}"
    rf"|(?:{_any(_ANNOUNCEMENTS)}):[ \t\r]*+(?=\n)"
    rf"|(?:{_any(_PREFIXES)}))\s*+",
    re.IGNORECASE,
)
_CLOSER = re.compile(
    rf"(?:(?<=[.!?:…])[ \t]++|\n\s*+)(?:{_any(_CLOSING_SENTENCES)})[.!]*\s*\Z", re.IGNORECASE
)
_LONGEST = 400  # characters of a closer


def phrases_at_the_ends(text: str) -> Stretches:
    """The openers at the beginning, one after the other, and the closers at the end.

    What stands alone stays, though it be worded like an opener or a closer.
    """
    start, end = len(text) - len(text.lstrip()), len(text)
    while (opener := _OPENER.match(text, start)) and opener.end() < end:
        start = opener.end()
    while closer := _CLOSER.search(text, max(end - _LONGEST, start), end):
        end = closer.start()
    return [(0, start), (end, len(text))]
