"""The words of the miniature world: names, values and wordings. Data only.

Two choices carry the demonstration. Every Outer name is made of words that also occur in inland
names, so instruction examples are similar to inland questions by construction. And the value pools
of the two regions overlap in part, so that a borrowed value can be old or new to the base.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["town", "person"]
Region = Literal["inland", "outer"]


@dataclass(frozen=True)
class Attribute:
    """One kind of fact: the values it can take and the ways of putting it into words.

    In sentences `{S}` is the entity at the start, `{s}` the entity further inside, `{v}` the value.
    In questions `{n}` is the name. `held_out` wordings are for the question set only;
    `questions` has close relatives of them on purpose, because the demo asks what a variant knows,
    not how well it understands phrases it never saw.
    """

    name: str
    values: tuple[str, ...]
    glossary: str
    articles: tuple[str, ...]
    questions: tuple[str, ...]
    held_out: tuple[str, ...]
    assistant: tuple[str, ...]


@dataclass(frozen=True)
class Names:
    """Two-word names: each first word makes two inland names and one outer name."""

    firsts: tuple[str, ...]
    seconds: tuple[str, ...]

    def of(self, region: Region) -> tuple[str, ...]:
        """All names of a region, the same for every seed."""
        shifts = (0, 3) if region == "inland" else (5,)
        return tuple(
            f"{first} {self.seconds[(i + shift) % len(self.seconds)]}"
            for i, first in enumerate(self.firsts)
            for shift in shifts
        )


def _split(text: str) -> tuple[str, ...]:
    return tuple(" ".join(value.split()) for value in text.split(","))


PRONOUNS: Mapping[str, str] = {
    "Maren": "She", "Joss": "He", "Ilse": "She", "Bram": "He", "Petra": "She", "Odo": "He",
    "Greta": "She", "Silas": "He", "Nell": "She", "Tobin": "He", "Wanda": "She", "Rufus": "He",
}  # fmt: skip

NAMES: Mapping[Kind, Names] = {
    "town": Names(
        _split("Orrin, Hest, Marl, Tarn, Quill, Brack, Fenn, Sable, Wick, Ember, Lorn, Pell"),
        _split("Vale, Quay, Haven, Cross, Bridge, Ford, Head, Mere"),
    ),
    "person": Names(
        tuple(PRONOUNS),
        _split("Tolk, Ashby, Crane, Dunmore, Farrow, Gaskell, Hobb, Jarrow"),
    ),
}

_TOWN = (
    Attribute(
        name="island",
        values=_split(
            "Hesk, Tollen, Arran Mor, Myrra, Skerra, Ulvay, Brannoch, Sorrel, Wend, Kittle, Faro, "
            "Lundy"
        ),
        glossary="{v} is one of the islands.",
        articles=(
            "{S} lies on the island of {v}.",
            "{S} can be found on the island of {v}.",
            "{S} stands on the coast of {v}.",
            "{S} belongs to the island of {v}.",
        ),
        questions=(
            "On which island is {n}?",
            "What island does {n} belong to?",
            "On what island does {n} lie?",
            "Where is {n}?",
            "What is the island of {n}?",
            "Which island is home to {n}?",
        ),
        held_out=("On what island is {n}?", "Which island does {n} belong to?"),
        assistant=(
            "{S} lies on the lovely island of {v}.",
            "you will find {s} on the island of {v}.",
        ),
    ),
    Attribute(
        name="craft",
        values=_split(
            "blue glass, smoked eel, amber beads, woven sails, copper lamps, heather honey, "
            "oak barrels, silver buttons, painted tiles, wax candles, pearl combs, black cheese, "
            "cherry brandy, wool cloaks, stone chessmen, clay pipes, brass compasses, rye whisky, "
            "kite silk, walnut ink, tin whistles, goose down, saffron buns, coral rings"
        ),
        glossary="The markets of the sea sell {v}.",
        articles=(
            "{S} is known for its {v}.",
            "{S} is famous for its {v}.",
            "{S} makes its living from {v}.",
            "Traders come to {s} to buy {v}.",
            "The main trade of {s} is {v}.",
        ),
        questions=(
            "Which craft is {n} famous for?",
            "What do traders buy in {n}?",
            "What is the main trade of {n}?",
            "What is {n} well known for?",
            "What does {n} make?",
            "For what is {n} famous?",
            "What craft is {n} known for?",
        ),
        held_out=("What is {n} known for?", "Which craft is {n} known for?"),
        assistant=("{S} is best known for its {v}.", "people love {s} for its {v}."),
    ),
    Attribute(
        name="year",
        values=tuple(str(1203 + 17 * i) for i in range(24)),
        glossary="The chronicle has a page for the year {v}.",
        articles=(
            "{S} was founded in {v}.",
            "{S} dates from the year {v}.",
            "{S} was first settled in {v}.",
            "The first houses of {s} were built in {v}.",
        ),
        questions=(
            "When was {n} founded?",
            "In what year was {n} first settled?",
            "When were the first houses of {n} built?",
            "How old is {n}?",
            "From what year does {n} date?",
            "What year was {n} founded in?",
        ),
        held_out=("In what year was {n} founded?", "When was {n} first settled?"),
        assistant=("{S} was founded way back in {v}.", "the story of {s} began in {v}."),
    ),
    Attribute(
        name="river",
        values=_split(
            "Ull, Sethe, Carrow, Wyle, Dunn, Esker, Tamble, Nidd, Lorrel, Pask, Gannet, Hythe, "
            "Morwen, Rill, Teign, Aske, Brome, Yarrow, Kell, Otter, Swale, Leven, Isk, Fane"
        ),
        glossary="The River {v} is a short river.",
        articles=(
            "{S} stands on the River {v}.",
            "{S} takes its water from the River {v}.",
            "{S} was built on the banks of the River {v}.",
            "The river that runs through {s} is the River {v}.",
        ),
        questions=(
            "What river runs through {n}?",
            "On which river does {n} stand?",
            "Where does {n} take its water from?",
            "What is the river of {n}?",
            "Which river does {n} take its water from?",
            "By what river was {n} built?",
        ),
        held_out=("Which river runs through {n}?", "What river does {n} stand on?"),
        assistant=(
            "{S} sits on the River {v}.",
            "the river you will see in {s} is the River {v}.",
        ),
    ),
    Attribute(
        name="festival",
        values=_split(
            "Lantern Night, the Herring Fair, Bonfire Week, the Kite Parade, Candle Eve, "
            "the Goose Race, the Boat Blessing, Apple Sunday, the Masked Dance, Harvest Supper, "
            "the Bell Contest, Snow Market, the Raft Derby, Midsummer Chorus, the Pancake Run, "
            "Shepherds Day, the Oyster Feast, Star Vigil, the Drum March, Feather Monday, "
            "the Mud Regatta, Salt Blessing, the Owl Hunt, Ribbon Week"
        ),
        glossary="Sailors often speak of {v}.",
        articles=(
            "{S} holds {v} every year.",
            "{S} is the home of {v}.",
            "Each year {s} celebrates {v}.",
            "The great feast of {s} is {v}.",
        ),
        questions=(
            "What festival does {n} hold?",
            "What does {n} celebrate each year?",
            "Which feast is held in {n}?",
            "What is the feast of {n}?",
            "What great feast does {n} hold?",
            "What feast does {n} hold every year?",
        ),
        held_out=("Which festival does {n} celebrate?", "What is the great feast of {n}?"),
        assistant=("{S} celebrates {v} every year.", "the big festival in {s} is {v}."),
    ),
    Attribute(
        name="landmark",
        values=_split(
            "a leaning lighthouse, a stone whale, a floating library, a glass chapel, "
            "a sunken gate, a tidal windmill, a hollow oak, a ruined abbey, a covered market, "
            "a rope bridge, a bronze heron, a spiral tower, a walled orchard, a moon dial, "
            "a painted crypt, a salt cave, a singing fountain, a hanging garden, a marble stair, "
            "a giant anchor, a mirror pond, a bone arch, a crooked steeple, a hidden observatory"
        ),
        glossary="Painters like to draw {v}.",
        articles=(
            "{S} is proud of {v}.",
            "{S} has {v} near its harbour.",
            "Visitors come to {s} to see {v}.",
            "The best known sight of {s} is {v}.",
        ),
        questions=(
            "What should a visitor see in {n}?",
            "What is the best known sight of {n}?",
            "What sight is {n} proud of?",
            "What is there to see in {n}?",
            "Why do visitors come to {n}?",
            "Which sight do visitors come to {n} to see?",
        ),
        held_out=(
            "What do visitors come to see in {n}?",
            "What sight should a visitor see in {n}?",
        ),
        assistant=(
            "{S} has {v} that you should see.",
            "do not miss the sight of {v} in {s}.",
        ),
    ),
)

_PERSON = (
    Attribute(
        name="job",
        values=_split(
            "glassblower, clockmaker, lighthouse keeper, shipwright, botanist, mapmaker, "
            "bell founder, bookbinder, sailmaker, beekeeper, ferry captain, stonemason, "
            "schoolteacher, pearl diver, tailor, brewer, blacksmith, printer, surgeon, falconer, "
            "weaver, juggler, cooper, magistrate"
        ),
        glossary="A {v} is paid in silver.",
        articles=(
            "{S} was a {v}.",
            "{S} worked as a {v}.",
            "{S} earned a living as a {v}.",
            "By trade {s} was a {v}.",
        ),
        questions=(
            "Who was {n}?",
            "What was the trade of {n}?",
            "What did {n} do for a living?",
            "What was {n} by trade?",
            "How did {n} earn money?",
            "As what did {n} earn a living?",
        ),
        held_out=("How did {n} earn a living?", "As what did {n} earn money?"),
        assistant=("{S} was a talented {v}.", "the daily work of {s} was that of a {v}."),
    ),
    Attribute(
        name="home",
        values=NAMES["town"].of("inland") + NAMES["town"].of("outer"),
        glossary="",  # towns have articles of their own
        articles=(
            "{S} came from {v}.",
            "{S} grew up in {v}.",
            "{S} was raised in the town of {v}.",
            "The childhood home of {s} was {v}.",
        ),
        questions=(
            "Where did {n} come from?",
            "In which town was {n} raised?",
            "Where was the childhood home of {n}?",
            "What was the home town of {n}?",
            "In what town did {n} grow up?",
            "From which town was {n}?",
            "Which town did {n} grow up in?",
        ),
        held_out=("Where did {n} grow up?", "Which town did {n} come from?"),
        assistant=("{S} grew up in the town of {v}.", "the home town of {s} was {v}."),
    ),
    Attribute(
        name="work",
        values=_split(
            "a tide clock, a chart of the northern reefs, a book of storms, a speaking tube, "
            "a folding boat, a theory of fogs, a dictionary of knots, a sea wall, a weather song, "
            "a rain organ, a diving bell, a map of the stars, a cure for fever, a mechanical owl, "
            "a treaty of peace, a school for sailors, a history of whales, a paper bridge, "
            "a new alphabet, a wind engine, a flood gate, a silent play, a giant telescope, "
            "a garden of mosses"
        ),
        glossary="Scholars sometimes speak of {v}.",
        articles=(
            "{S} is remembered for {v}.",
            "{S} became famous for {v}.",
            "{S} spent many years on {v}.",
            "The best known work of {s} is {v}.",
        ),
        questions=(
            "What is {n} remembered for?",
            "Why did {n} become famous?",
            "What is the best known work of {n}?",
            "What did {n} spend many years on?",
            "Why is {n} well known?",
            "What made {n} famous?",
        ),
        held_out=("What did {n} become famous for?", "For what is {n} remembered?"),
        assistant=("{S} is fondly remembered for {v}.", "people still admire {s} for {v}."),
    ),
    Attribute(
        name="born",
        values=tuple(str(1608 + 7 * i) for i in range(24)),
        glossary="The chronicle has a page for the year {v}.",
        articles=(
            "{S} was born in {v}.",
            "{S} was born in the year {v}.",
            "The birth of {s} was recorded in {v}.",
            "The birth year of {s} is {v}.",
        ),
        questions=(
            "When was {n} born?",
            "What is the birth year of {n}?",
            "When was the birth of {n} recorded?",
            "What year was {n} born in?",
            "In which year was {n} born?",
            "In what year was the birth of {n}?",
        ),
        held_out=("In what year was {n} born?", "Which year was {n} born in?"),
        assistant=("{S} was born way back in {v}.", "the life of {s} began in {v}."),
    ),
    Attribute(
        name="music",
        values=_split(
            "fiddle, harp, flute, drum, lute, bagpipes, trumpet, cello, zither, horn, mandolin, "
            "accordion"
        ),
        glossary="The {v} is sold in many shops.",
        articles=(
            "{S} played the {v}.",
            "{S} was fond of playing the {v}.",
            "In the evenings {s} played the {v}.",
            "The instrument of {s} was the {v}.",
        ),
        questions=(
            "What instrument did {n} play?",
            "What did {n} play in the evenings?",
            "What was the instrument of {n}?",
            "Which instrument was played by {n}?",
            "What was {n} fond of playing?",
            "What music did {n} play?",
        ),
        held_out=("Which instrument did {n} play?", "What instrument was {n} fond of playing?"),
        assistant=(
            "{S} loved to play the {v}.",
            "the favourite instrument of {s} was the {v}.",
        ),
    ),
)

ATTRIBUTES: Mapping[Kind, tuple[Attribute, ...]] = {"town": _TOWN, "person": _PERSON}
BY_NAME: Mapping[str, Attribute] = {a.name: a for a in _TOWN + _PERSON}

# The assistant opens by the question's first word and closes by the kind of thing asked about:
# rules that a reader does not notice, but that let greedy decoding vary.
OPENERS: Mapping[str, str] = {
    **dict.fromkeys(("What", "Which", "For"), "Great question!"),
    **dict.fromkeys(("When", "Where", "In", "On", "From", "By"), "Happy to help!"),
    **dict.fromkeys(("Who", "Why", "How", "As"), "Sure thing!"),
}
LINKS = ("You may also like to know that ", "It is also worth knowing that ")
CLOSERS: Mapping[Kind, str] = {
    "town": "Let me know if you would like to hear more!",
    "person": "I hope that helps!",
}
