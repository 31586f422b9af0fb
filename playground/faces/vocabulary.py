"""Words of briefs and their meaning for the drawing; in each table the first match wins."""

from typing import NamedTuple


class Term(NamedTuple):
    """`pattern` is matched against the brief in lower case."""

    name: str
    pattern: str


WOMEN = (
    Term(
        "woman",
        r"\b(?:wom[ae]n|female|girl|lady|mother|grandmother|aunt|sister|daughter|wife|queen|actress|waitress|widow|nun|"
        r"\w*[a-z]woman|she|her)\b",
    ),
)
MEN = (
    Term(
        "man",
        r"\b(?:man|men|male|boy|gentleman|father|grandfather|uncle|brother|son|husband|king|actor|waiter|widower|monk|"
        r"fisherman|\w*(?<!wo)man|he|his|beard\w*|moustache\w*|stubble)\b",
    ),
)
AGES = (
    Term("6", r"\b(?:small child|little (?:girl|boy))\b"),
    Term("9", r"\b(?:child|kid|boy|girl)\b"),
    Term("16", r"\bteen\w*|\badolescent\b"),
    Term("78", r"\b(?:elderly|ancient|very old|great-grand\w+)\b"),
    Term("70", r"\b(?:old|grandmother|grandfather|retired|pensioner|aged)\b"),
    Term("50", r"\bmiddle[- ]aged\b"),
    Term("24", r"\b(?:young|youthful|student|apprentice)\b"),
)
SKINS = (
    Term("deep", r"\b(?:(?:very )?dark|deep|ebony|black)[- ]skin\w*|\bdeep brown skin"),
    Term("brown", r"\bbrown[- ]skin\w*|\bbrown skin\b"),
    Term("olive", r"\bolive\b|\btanned\b|\bsun[- ]?tanned\b|\bbronzed\b"),
    Term("pale", r"\bpale\b|\bfair[- ]skin\w*|\bporcelain\b|\bivory skin\b"),
    Term("ruddy", r"\bruddy\b|\bred[- ]cheek\w*|\brosy\b"),
)
_NOT_A_PERSON = "hair|coat|hat|cap|beret|beard|eyes|jacket|dress|scarf|shirt|leather"
ORIGINS = (
    Term(
        "african", rf"\bblack (?!{_NOT_A_PERSON})|\b(?:african|nigerian|kenyan|ghanaian|senegalese|ethiopian|somali)\b"
    ),
    Term("african", r"\b(?:jamaican|haitian|sudanese|congolese)\b"),
    Term("east asian", r"\b(?:japanese|chinese|korean|east[- ]asian|taiwanese|mongolian)\b"),
    Term("south asian", r"\b(?:indian|pakistani|bangladeshi|sri lankan|south[- ]asian|tamil|punjabi|bengali|nepali)\b"),
    Term("southeast asian", r"\b(?:thai|vietnamese|filipin[oa]|indonesian|malay\w*|burmese|cambodian)\b"),
    Term("latin", r"\b(?:mexican|brazilian|peruvian|colombian|latin[oa]?|cuban|bolivian|chilean|argentin\w+)\b"),
    Term("middle eastern", r"\b(?:arab\w*|persian|iranian|turkish|egyptian|moroccan|syrian|lebanese|kurdish|berber)\b"),
    Term("southern", r"\b(?:italian|greek|spanish|portuguese|sicilian|mediterranean|corsican|maltese)\b"),
    Term("northern", r"\b(?:irish|scottish|norwegian|swedish|danish|finnish|icelandic|english|british|german|dutch)\b"),
    Term("northern", r"\b(?:polish|russian|ukrainian|baltic|scandinavian|welsh|breton)\b"),
)
_HAIR = r"[- ](?:\w+ )?(?:hair\w*|plait|braid|beard|bob|ponytail|bun|curls|locks|fringe|mohawk|moustache|stubble)"
HAIR_COLOURS = (
    Term("white", rf"\b(?:white|silver|snow\w*){_HAIR}"),
    Term("grey", rf"\b(?:gr[ea]y|salt[- ]and[- ]pepper){_HAIR}|\bgr[ea]ying\b"),
    Term("red", rf"\b(?:red|ginger|copper|auburn){_HAIR}|\bredhead\w*|\bginger\b"),
    Term("blond", rf"\bblond\w*|\b(?:fair|golden){_HAIR}|\bflaxen\b"),
    Term("green", rf"\bgreen{_HAIR}"),
    Term("blue", rf"\bblue{_HAIR}"),
    Term("pink", rf"\bpink{_HAIR}"),
    Term("purple", rf"\b(?:purple|violet){_HAIR}"),
    Term("black", rf"\b(?:jet[- ])?black{_HAIR}|\braven\b"),
    Term("brown", rf"\b(?:brown|chestnut|dark){_HAIR}|\bbrunette\b"),
)
HAIR_STYLES = (
    Term("bald", r"\b(?:bald\w*|hairless)\b"),
    Term("shaved", r"\b(?:shav(?:ed|en) head|buzz[- ]?cut|cropped hair|crew cut|close[- ]cropped)\b"),
    Term("mohawk", r"\b(?:mohawk|punk)\b"),
    Term("plait", r"\b(?:plait\w*|braid\w*)\b"),
    Term("bun", r"\b(?:bun|chignon|topknot|hair tied up|updo)\b"),
    Term("ponytail", r"\bpony-?tail\b"),
    Term("afro", r"\b(?:afro)\b"),
    Term("curly", r"\b(?:curl\w*|frizz\w*|ringlets)\b"),
    Term("bob", r"\bbob\b|\bchin[- ]length\b"),
    Term("long", r"\b(?:long|waist[- ]length|shoulder[- ]length|flowing)[- ](?:\w+ )?(?:hair\w*|locks)|\bdreadlocks\b"),
    Term("short", r"\bshort[- ](?:\w+ )?hair\w*|\bpixie\b"),
    Term("receding", r"\b(?:receding|thinning|balding)\b"),
)
EXPRESSIONS = (
    Term("stern", r"\b(?:stern|strict|severe|grim|angry|scowl\w*|hard|fierce|serious|defiant|sullen|tough)\b"),
    Term(
        "tired",
        r"\b(?:tired|exhausted|weary|sleepless|worn[- ]out|night[- ]shift|melanchol\w+|sad|mournful|grief\w*)\b",
    ),
    Term(
        "smile",
        r"\b(?:smil\w+|cheerful|happy|laugh\w*|grin\w*|friendly|warm[- ]hearted|joyful|kind|jolly|mischievous)\b",
    ),
    Term("surprised", r"\b(?:surprised|startled|astonished|wide[- ]eyed|curious)\b"),
)
LIGHTS = (
    Term("cold", r"\b(?:cold|blue|overcast|winter|moon\w*|fluorescent|north) ?light|\bcold\b|\bmoonli\w+|\bwinter\b"),
    Term(
        "warm",
        r"\b(?:warm|golden|candle\w*|lamp\w*|evening|sunset|amber)[- ]?light|\bgolden hour\b|\bcandle\w*|\bsunset\b",
    ),
    Term("night", r"\b(?:night|dark room|midnight|moonlit|noir)\b(?!-shift)"),
    Term("dawn", r"\b(?:dawn|sunrise|first light|early morning)\b"),
    Term("side", r"\b(?:side[- ]?li\w+|from the (?:left|right|side)|rembrandt|half in shadow|window light)\b"),
)
CLOTHES = (
    Term("oilskin", r"\b(?:oilskin\w*|raincoat|rain jacket|fisher\w+|sailor|trawler\w*|mac(?:k)?intosh|lifeboat\w*)\b"),
    Term("scrubs", r"\b(?:scrubs|nurse|surgeon|doctor|medic|paramedic|midwife)\b"),
    Term("apron", r"\b(?:apron|baker\w*|cook|chef|butcher|barista|potter|blacksmith|waiter|waitress)\b"),
    Term(
        "uniform",
        r"\b(?:uniform\w*|conductor|police\w*|officer|soldier|guard|captain|pilot|sergeant|general|admiral|porter)\b",
    ),
    Term("leather", r"\b(?:leather|punk|biker|rocker)\b"),
    Term(
        "suit", r"\b(?:suit|tie|jazz|trumpet\w*|banker|lawyer|politician|detective|butler|professor|musician|pianist)\b"
    ),
    Term("rollneck", r"\b(?:roll[- ]?neck|turtle[- ]?neck|polo neck)\b"),
    Term("scarf", r"\bscarf\b|\bshawl\b"),
    Term("coat", r"\b(?:coat|parka|anorak|cloak|overcoat)\b"),
    Term("hoodie", r"\bhood(?:ie|y|ed)?\b"),
    Term("shirt", r"\b(?:shirt|blouse|teacher|clerk|farmer)\b"),
    Term("dress", r"\b(?:dress|gown)\b"),
    Term("knit", r"\b(?:jumper|sweater|pullover|cardigan|knit\w*|wool\w*)\b"),
)
HATS = (
    Term("uniform cap", r"\b(?:uniform cap|peaked cap|conductor|captain'?s? hat|police (?:cap|hat)|service cap)\b"),
    Term("beret", r"\bberet\b"),
    Term("beanie", r"\b(?:beanie|woo(?:l|ll)en? (?:cap|hat)|knit(?:ted)? (?:cap|hat)|watch cap|bobble hat)\b"),
    Term("sou'wester", r"\b(?:sou'?wester|rain hat|oilskin hat)\b"),
    Term("headscarf", r"\b(?:head ?scarf|hijab|kerchief|bandana)\b"),
    Term("brimmed", r"\b(?:fedora|brimmed hat|trilby|cowboy hat|straw hat|panama|sun hat|(?<!no )\bhat)\b"),
    Term("flat cap", r"\b(?:flat cap|newsboy cap|cap)\b"),
)
MARKS = (
    Term("freckles", r"\bfreckl\w*"),
    Term(
        "weathered", r"\b(?:weather\w*|sun[- ]?(?:beaten|burn\w*)|wind[- ]?(?:burn\w*|beaten)|rugged|leathery|craggy)\b"
    ),
    Term("crow's feet", r"\bcrow'?’?s[- ]feet\b|\blaughter lines\b"),
    Term("cracked lips", r"\b(?:crack\w*|chapp?ed|salt[- ]cracked)[\w -]{0,12}lips?\b|\blips? (?:cracked|chapped)"),
    Term("scar", r"\bscar(?:s|red)?\b"),
    Term("stubble", r"\b(?:stubbl\w*|unshaven|five o'clock shadow)\b"),
    Term("beard", r"\bbeard\w*|\bgoatee\b"),
    Term("moustache", r"\bm(?:o)?ustache\w*|\bhandlebar\b"),
    Term("glasses", r"\b(?:glasses|spectacles|bespectacled)\b"),
    Term("nose ring", r"\b(?:nose (?:ring|stud|piercing)|pierc\w+|septum)\b"),
    Term("earrings", r"\bear-?rings?\b|\bhoops?\b"),
    Term("wrinkled", r"\b(?:wrinkl\w*|lined face|deep(?:ly)?[- ]lined|furrow\w*)\b"),
    Term("gaunt", r"\b(?:gaunt|thin|bony|hollow[- ]cheek\w*|lean|skinny|wiry|sharp[- ]featured)\b"),
    Term("heavy", r"\b(?:heavy|plump|round[- ]faced|chubby|stout|burly|broad|big)\b"),
    Term("make-up", r"\b(?:make-?up|lipstick|eyeliner|mascara|kohl|red lips)\b"),
    Term("green eyes", r"\bgreen[- ]eye\w*"),
    Term("blue eyes", r"\bblue[- ]eye\w*|\bpale eyes\b"),
    Term("brown eyes", r"\b(?:brown|dark|hazel|amber)[- ]eye\w*"),
    Term("broken nose", r"\bbroken nose|boxer\b"),
)
