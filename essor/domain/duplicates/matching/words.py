"""What names carry without telling anybody apart: legal forms, titles, particles; short forms of first names."""

from __future__ import annotations

LEGAL_FORMS = frozenset(
    "sarl sas sasu sa eurl sci snc scop selarl sca scs gie ei eirl gmbh ag kg ohg ug mbh se ltd limited llc llp lp plc"
    " inc incorporated corp corporation co bv nv spa srl sapa sl slu oy ab as aps sprl asbl vzw pty pvt sarlau".split()
)
# Written with dots, a legal form falls into letters: “S.A.R.L.” is “s a r l”, which is read as one word.
COMPANY_FILLERS = frozenset(
    "ets etablissements societe ste cie compagnie company group groupe the and et und".split()
)
TITLES = frozenset(
    "m mr mrs ms miss mme mlle monsieur madame mademoiselle dr docteur doctor prof professeur professor me maitre sir herr"
    " frau".split()
)
PARTICLES = frozenset("de du des d le la les l von van der den zu zum da di del della dos y".split())
STREETS = {
    "st": "street", "str": "street", "strasse": "street", "rd": "road", "ave": "avenue", "av": "avenue", "blvd": "boulevard",
    "bd": "boulevard", "bld": "boulevard", "boul": "boulevard", "ln": "lane", "la": "lane", "dr": "drive", "pl": "place",
    "sq": "square", "ct": "court", "crt": "court", "hwy": "highway", "cct": "circuit", "cres": "crescent", "pde": "parade",
    "imp": "impasse", "chem": "chemin", "che": "chemin", "ch": "chemin", "rte": "route", "all": "allee", "fg": "faubourg",
    "fbg": "faubourg", "n": "north", "s": "south", "e": "east", "w": "west",
}  # fmt: skip
FREE_MAIL = frozenset(
    "gmail.com googlemail.com yahoo.com yahoo.fr hotmail.com hotmail.fr outlook.com outlook.fr live.com live.fr msn.com"
    " icloud.com me.com orange.fr wanadoo.fr free.fr sfr.fr laposte.net bbox.fr neuf.fr gmx.de gmx.net web.de aol.com"
    " proton.me protonmail.com".split()
)
_NICKNAMES = (
    "robert rob bob bobby bert", "william will bill billy liam", "richard rick dick rich", "james jim jimmy jamie",
    "john jack johnny jon", "michael mike mick mickey", "thomas tom tommy", "edward ed eddie ted", "charles charlie chuck",
    "joseph joe joey", "daniel dan danny", "david dave", "andrew andy drew", "anthony tony", "christopher chris",
    "matthew matt matthieu mathieu", "nicholas nick nicolas nico", "benjamin ben benji", "samuel sam sammy",
    "alexander alex alexandre sacha", "stephen steve steven stephane", "patrick pat paddy", "peter pete pierrot",
    "kenneth ken kenny", "ronald ron ronnie", "gregory greg gregoire", "jeffrey jeff geoffrey geoff", "frederick fred freddy frederic",
    "elizabeth liz beth lizzie eliza betty", "margaret maggie meg peggy", "katherine kate kathy katie catherine cathy",
    "jennifer jen jenny", "susan sue suzy", "patricia patty tricia", "deborah deb debbie", "rebecca becky",
    "victoria vicky tori", "jacqueline jackie", "theodore theo", "philippe phil philip phillip", "emmanuel manu",
    "dominique dom", "laurent lolo", "vincent vince", "isabelle isa", "veronique vero", "valerie val", "caroline caro",
    "dominik domi", "christian cricri", "francois franck", "maximilien max maxime", "guillaume guigui", "sebastien seb sebastian",
    "gabriel gab gabi", "florence flo", "virginie virg", "sandrine sandy", "josephine josie", "antoine tonio",
)  # fmt: skip
NICKNAMES = {short: group.split()[0] for group in _NICKNAMES for short in group.split()}
