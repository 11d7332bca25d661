"""Words of English that carry style rather than content. Lower case; apostrophes are straight.

Stop words are the closed classes of words: they hold sentences together, and no new ones are made
(Quirk, Greenbaum, Leech and Svartvik, A Comprehensive Grammar of the English Language, 1985,
section 2.35). Markers tie sentences to each other (the same, sections 8.134 to 8.147; Fraser,
Journal of Pragmatics 31, 1999) or talk to the reader, as assistants do: Lin et al. (arXiv
2312.01552, section 2) found most shifted tokens among these.
"""

_ARTICLES = "a an the"
_DETERMINERS = """
    all another any both certain each either enough every few half least less many more most much
    neither no none own same several some such that these this those
"""
_PRONOUNS = """
    anybody anyone anything everybody everyone everything he her hers herself him himself his i it
    its itself me mine my myself nobody nothing one ones oneself our ours ourselves she somebody
    someone something their theirs them themselves they us we what whatever which whichever who
    whoever whom whose you your yours yourself yourselves
"""
_PREPOSITIONS = """
    about above across after against along among around as at before behind below beneath beside
    besides between beyond by despite down during except for from in inside into like near of off
    on onto out outside over past per since through throughout till to toward towards under until
    up upon via with within without
"""
_CONJUNCTIONS = """
    and although because but if nor or so than though unless when whenever where whereas wherever
    whether while yet
"""
_AUXILIARIES = """
    am are be been being can could did do does doing had has have having is may might must ought
    shall should was were will would cannot ain't aren't can't couldn't didn't doesn't don't hadn't
    hasn't haven't isn't mightn't mustn't needn't shan't shouldn't wasn't weren't won't wouldn't
"""
_ADVERBS = """
    again almost already always ever even far here how just never not now often once only quite
    rather really sometimes soon still then there too very well why
"""

STOP_WORDS = frozenset(
    " ".join(
        (
            _ARTICLES,
            _DETERMINERS,
            _PRONOUNS,
            _PREPOSITIONS,
            _CONJUNCTIONS,
            _AUXILIARIES,
            _ADVERBS,
        )
    ).split()
)

_CONJUNCTS = """
    accordingly additionally afterwards also alternatively altogether anyhow anyway basically
    consequently conversely equally essentially eventually finally firstly furthermore generally
    hence however importantly incidentally indeed instead interestingly lastly likewise meanwhile
    moreover namely nevertheless nonetheless notably otherwise overall particularly perhaps
    secondly similarly specifically subsequently therefore thirdly thus typically ultimately
    unfortunately usually
"""
_TO_THE_READER = """
    absolutely apologies certainly definitely glad goodbye hello hey hi hope kindly let's ok okay
    please remember sorry sure thank thanks welcome yes
"""

MARKERS = frozenset((_CONJUNCTS + _TO_THE_READER).split())

_PHRASES = """
    as a result
    as an ai
    as follows
    as mentioned
    feel free
    first of all
    for example
    for instance
    good question
    great question
    happy to help
    have any questions
    hope that helps
    hope this helps
    important to note
    in addition
    in conclusion
    in contrast
    in fact
    in general
    in other words
    in short
    in summary
    in this case
    it depends
    keep in mind
    let me know
    no problem
    of course
    on the contrary
    on the other hand
    sure thing
    that being said
    that said
    to conclude
    to sum up
    to summarize
    worth knowing
    worth mentioning
    worth noting
"""

PHRASES = tuple(tuple(line.split()) for line in _PHRASES.splitlines() if line.strip())
