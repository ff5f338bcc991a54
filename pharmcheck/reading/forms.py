r"""How postal addresses look in eighteen countries: a table to be read beside real addresses.  It finds nothing.

An address is a postcode and a street of one country's form, near each other; the town may stand on either side of the
postcode, the street before it or after.  Two countries share a form where only the page can tell them apart
(Austria and Switzerland).  Sources: the forms of the Universal Postal Union's addressing systems, by general
knowledge; what real pages print, by `bench/contacts.py`.
"""

# ruff: noqa: E501 - a pattern in one line can be read beside an address; in pieces it cannot

from __future__ import annotations

from dataclasses import dataclass

from pharmcheck.reading.patterns import Pattern, compile_lines, compile_text, latin

_STATE_CODES = (
    "AL|AK|AZ|AR|CA|CO|CT|DE|DC|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR|PA|"
    "PR|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY"
)
_STATES = (
    f"{_STATE_CODES}|Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|"
    "Georgia|Hawaii|Idaho|Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|"
    "Mississippi|Missouri|Montana|Nebraska|Nevada|New Hampshire|New Jersey|New Mexico|New York|North Carolina|North Dakota|Ohio|"
    "Oklahoma|Oregon|Pennsylvania|Rhode Island|South Carolina|South Dakota|Tennessee|Texas|Utah|Vermont|Virginia|Washington|"
    "West Virginia|Wisconsin|Wyoming|D\\.C\\.|N\\.Y\\.|N\\.J\\."
)
_PROVINCES = "ON|QC|BC|AB|MB|SK|NS|NB|NL|PE|YT|NT|NU|Ontario|Quebec|Québec|British Columbia|Alberta|Manitoba|Saskatchewan|Nova Scotia"
_AU_STATES = (
    "NSW|N\\.S\\.W\\.|VIC|Vic|QLD|Qld|SA|WA|TAS|Tas|ACT|NT|New South Wales|Victoria|Queensland|South Australia|"
    "Western Australia|Tasmania|Northern Territory"
)
_COUNTIES = (
    "Carlow|Cavan|Clare|Cork|Donegal|Dublin|Galway|Kerry|Kildare|Kilkenny|Laois|Leitrim|Limerick|Longford|Louth|Mayo|Meath|"
    "Monaghan|Offaly|Roscommon|Sligo|Tipperary|Waterford|Westmeath|Wexford|Wicklow"
)
# The 124 postcode areas of the United Kingdom: "B12 1AA" of a vitamin has one too, but no street before it.
_GB_AREAS = (
    "AB|AL|B|BA|BB|BD|BH|BL|BN|BR|BS|BT|CA|CB|CF|CH|CM|CO|CR|CT|CV|CW|DA|DD|DE|DG|DH|DL|DN|DT|DY|E|EC|EH|EN|EX|FK|FY|G|GL|GU|GY|"
    "HA|HD|HG|HP|HR|HS|HU|HX|IG|IM|IP|IV|JE|KA|KT|KW|KY|L|LA|LD|LE|LL|LN|LS|LU|M|ME|MK|ML|N|NE|NG|NN|NP|NR|NW|OL|OX|PA|PE|PH|PL|PO|PR|"
    "RG|RH|RM|S|SA|SE|SG|SK|SL|SM|SN|SO|SP|SR|SS|ST|SW|SY|TA|TD|TF|TN|TQ|TR|TS|TW|UB|W|WA|WC|WD|WF|WN|WR|WS|WV|YO|ZE"
)
_IN_STATES = (
    "Andhra Pradesh|Assam|Bihar|Chandigarh|Chhattisgarh|Delhi|Goa|Gujarat|Haryana|Himachal Pradesh|Jharkhand|Karnataka|Kerala|"
    "Madhya Pradesh|Maharashtra|Odisha|Punjab|Rajasthan|Tamil ?nadu|Tamil ?Nadu|Telangana|Uttar Pradesh|Uttarakhand|West Bengal"
)
_IN_CITIES = (
    "Ahmedabad|Bangalore|Bengaluru|Bhopal|Chandigarh|Chennai|Coimbatore|Faridabad|Ghaziabad|Gurgaon|Gurugram|Hyderabad|Indore|Jaipur|"
    "Kanpur|Kochi|Kolkata|Lucknow|Ludhiana|Mumbai|Nagpur|Nashik|New Delhi|Noida|Patna|Pune|Rajkot|Secunderabad|Surat|Thane|Vadodara"
)
_SMALL = "am|an|der|die|im|in|a|de|la|le|les|lès|sur|sous|en|el|los|las|del|della|di|d'|do|dos|den|aan|nad|pod|bei|ob|und|upon|op"
CITY = rf"(?:(?:St|Bad|San|Ste?|L'|D'|l'|d')[. ]? ?)?\p{{Lu}}[\pL'’]+(?:[ -](?:\p{{Lu}}[\pL'’]*|(?:{_SMALL})\b|\d{{1,2}}\b)){{0,5}}"

_EN_WORDS = (
    "Street|St|Road|Rd|Avenue|Ave|Av|Boulevard|Blvd|Boul|Lane|Ln|Drive|Dr|Court|Ct|Way|Place|Pl|Square|Sq|Highway|Hwy|Parkway|"
    "Pkwy|Close|Terrace|Tce|Crescent|Cres|Row|Gardens|Grove|Mews|Hill|Park|Parade|Pde|Broadway|Circle|Cir|Trail|Pike|Plaza|Walk|Quay|"
    "Wharf|Green|View|Rise|Yard|Gate|Esplanade|Turnpike|Loop|Estate|Centre|Center|Mall|Arcade|Precinct|House|Industrial|Freeway|"
    "Expressway|Approach|Embankment|Vale|Bridge|Cross|Marg|Nagar|Chowk|Complex|Tower|Towers|Building|Colony|Layout|Bazaar|Bazar"
)
_UNIQUE = "AC-FHKNPRTV-Y"  # letters of an Eircode; four letters without a digit are a word
_EIRCODE = rf"(?:[{_UNIQUE}]\d\d|D6W) ?(?:\d[{_UNIQUE}\d]{{3}}|[{_UNIQUE}]\d[{_UNIQUE}\d]{{2}}|[{_UNIQUE}]{{2}}\d[{_UNIQUE}\d]|[{_UNIQUE}]{{3}}\d)"
_NAME = r"(?:(?:\p{Lu}[\pL'’.-]*|\d{1,3}(?:st|nd|rd|th)|of|the|and|&|upon|le|la|de|du),? )"
_UNIT = r"(?i:Units?|Suite|Ste|Shop|Flat|Floor|Level|Apt|Office|Room|Kiosk|Lot)\.? (?:\d[\pL\d-]{0,5}|[A-Z]\b-?\d{0,4})(?: ?(?:&|and|/|-) ?\d{1,4})?,? "
_HOUSE = r"(?:No\.? ?)?(?:One|Two|Three|\d{1,6}[A-Za-z]?(?:[-–/]\d{1,5})?),? "
_EN_STREET = (
    rf"((?:\b{_UNIT}(?:{_HOUSE})?|\b{_HOUSE}){_NAME}{{0,5}}(?:(?i:{_EN_WORDS})\b"
    r"\.?(?: (?:North|South|East|West)\b)?(?:,? (?:N|S|E|W|NE|NW|SE|SW)\b\.?)?|Rue .{2,30}|(?:Boul|Blvd|Ave|Chemin|Ch)\.? [\p{Lu}][\pL. -]{2,30})"
    r"(?:,? (?i:Suite|Ste|Unit|Apt|Floor|Room|PMB|#)\.? ?#?[\pL\d-]{1,6}\b)?)"
)
_EN_ROUTE = r"(\b\d{1,6} (?:(?:[NSEW]|North|South|East|West)\.? )?(?:US|U\.S\.|State|County|Route|Rte|Hwy|Highway|Interstate|FM|SR|Broadway|Avenue|Ave\.?)(?: (?:Hwy|Highway|Route|Road))? ?[A-Z\d-]{0,5}\b)"
_EN_PLAIN = r"(\b\d{1,6}[A-Z]? (?:(?:\p{Lu}[\pL.'’-]*|\d{1,3}(?:st|nd|rd|th)) ){0,4}\p{Lu}[\pL.'’-]+(?:,? #? ?[A-Z]{0,2}-?\d{1,5}[A-Z]?\b)?)"  # only right before "Town, ST 12345"
# "12 High Street, Leeds" without a postcode, where people write so.
_EN_LOOSE = rf"((?:\b{_UNIT})?\b\d{{1,4}}[A-Za-z]?(?:[-–/]\d{{1,4}})?,? (?:\p{{Lu}}[\pL'’.]*,? ){{1,3}}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Drive|Terrace|Parade|Crescent|Boulevard|Blvd|Highway|Hwy|Quay|Square)\b)"
_EN_HINT = r"(\d[A-Za-z]?,? (?:\p{Lu}[\pL'’.]*,? ){1,3}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Drive|Terrace|Parade|Crescent|Boulevard|Blvd|Highway|Hwy|Quay|Square)\b)"
_EN_NAMED = rf"(\b{_NAME}{{1,4}}(?i:Street|Road|Lane|Avenue|Square|Park|Centre|Close|Place|Hill|Estate|Quay|Hospital|House|Mill|Green)\b)"
_IN_STREET = (
    r"((?:\b(?i:Flat|Shop|Plot|Door|House|H|D|S|Survey|Office|Unit|Ward|Khasra|Gala)\.? ?(?i:no|number)?s?\.? ?[:#-]? ?|\bNo\.? ?|# ?|\b)[A-Z]{0,2}[-/ ]?\d{1,5}[A-Za-z]?(?:[-–/,&]{1,2} ?[A-Z\d]{1,6}){0,3},? ?"
    r"\p{Lu}[^;:?!@|]{3,130})"
)
_DE_ENDS = (
    "stra(?:ß|ss)e|str\\.?|weg|platz|allee|gasse|gässle|gässli|ring|damm|ufer|chaussee|steig|stieg|markt|hof|graben|promenade|park|kai|wall|"
    "gürtel|zeile|pfad|berg|feld|matt|rain|tor|brücke|garten|kamp|wiesen?|au|bogen|twiete|passage"
)
_NUMBER = r"(?:[Nn]r\. ?)?\d{1,4} ?[a-zA-Z]?\b(?:-[A-Z]{1,2}\b)?(?: ?[-–/+] ?\d{1,4} ?[a-z]?\b){0,3}"
_DE_STREET = (
    rf"((?:\p{{Lu}}[\pL.]*[ -]){{0,4}}(?:[\pL.-]*(?i:{_DE_ENDS})|\b(?:Am|An|Im|An der|Auf dem|Auf der|Zum|Zur|In der|Unter den|Hinter der) [\p{{Lu}}][\pL-]+|"
    rf"(?:Straße|Strasse|Platz) (?:de[rs] )?(?:\d{{1,2}}\. )?[\p{{Lu}}][\pL-]+) ?{_NUMBER})"
)
_PLAIN = rf"((?:\p{{Lu}}[\pL.'’-]*[ ]){{1,4}}{_NUMBER})"  # "Neuer Wall 10": only right before the postcode of the page's own country
_FR_TYPES = "rue|avenue|av\\.?|ave\\.?|boulevard|boul\\.?|bd\\.?|blvd|place|pl\\.?|chemin|ch\\.|route|rte|impasse|all[ée]e|quai|cours|square|passage|faubourg|chauss[ée]e|esplanade|rond-point|sentier|villa|cit[ée]|mail|parvis|promenade|voie"
_FR_STREET = (
    rf"(\b\d{{1,4}}(?: ?(?i:bis|ter|quater|[A-D]))?(?: ?[-/àa] ?\d{{1,4}})?,? (?i:{_FR_TYPES}) [\pL\d'’ .-]{{2,55}})"
)
_FR_LAST = rf"(\b(?i:{_FR_TYPES}) [\pL'’ .-]{{2,50}},? ?(?i:n[°º]? ?)?\d{{1,4}} ?[a-zA-Z]?\b(?:[-/]\d{{1,4}})?)"
_FR_PLACE = r"((?i:\blieu[- ]dit|\bZ\.?A\.?C?\.?|\bZ\.?I\.?|\bzone (?:artisanale|industrielle|commerciale|d'activités?)|\bcentre commercial|\bparc d'activités?|\brésidence) [\pL\d'’ .-]{2,50})"
_FR_PLAIN = rf"(\b(?i:{_FR_TYPES}) (?:de |du |des |d['’]|de la |de l['’])?[\pL][\pL' -]{{2,40}})"  # without a number
_ES_STREET = (
    r"((?i:\bcalle|\bc/|\bcl\.|\bc\.|\bavda\.?|\bavd\.|\bavenida|\bavinguda|\bav\.?|\bplaza|\bplaça|\bpza\.?|\bpl\.|\bpaseo|\bpasseig|\bpº|\bcarrer|\bronda|\bcamino|\bcarretera|\bctra\.?|\brambla|\btravesía|\br[úu]a|\bgran v[íi]a|\bglorieta|\bpol[íi]gono|\bpol\.|\burb\.?|\burbanización) ?"
    r"[\pL'’ .·/ª-]{2,60},? ?(?:(?i:n[º°.]|núm\.?|num\.?|no\.?|nave|parcela|km\.?|s/) ?)?(?:\d{1,4}|n\b)(?: ?[A-Za-z]\b)?(?:,? ?(?:\d{1,3} ?[ºª°]?|(?i:bajo|bjo|local|planta|piso|esc\.?|dcha\.?|izq\.?)[\pL\d .º-]{0,12})){0,2})"
)
_BR_STREET = r"((?i:\brua|\br\.|\bavenida|\bav\.?|\btravessa|\btv\.|\brodovia|\brod\.|\bpraça|\balameda|\bal\.|\bestrada|\bestr\.|\blargo) [\pL\d'’ .ªº-]{2,60}?,? ?(?:(?i:n[º°.o]{1,2}) ?)?\d{1,5}\b)"
_IT_STREET = (
    r"((?i:\bvia|\bviale|\bv\.le|\bpiazza|\bp\.zza|\bp\.za|\bpiazzetta|\bcorso|\bc\.so|\blargo|\bvicolo|\bstrada|\bs\.s\.|\bpiazzale|\bp\.le|\bcontrada|\bc\.da|\blocalità|\bloc\.|\blungomare|\blungotevere|\bsalita|\bborgo|\bfrazione|\bfraz\.) "
    r"(?:(?:di|dei|del|della|delle|degli|dell['’]|da|al|alla|ai||d['’]|i|le|la) ?)?(?:\d{1,2} )?\p{Lu}[\pL\d'’ .-]{1,50}?,? ?(?:(?i:n[.°º]{0,2}|nr\.?|civico|km\.?) ?)?(?:\d{1,4}(?: ?[/-]? ?[a-zA-Z]{1,3})?\b|(?i:snc|s\.n\.c|s\.n)\b))"
)
_NL_STREET = (
    r"((?:\p{Lu}[\pL.'’]*[ -]|(?:van|de|den|der|het|'t|ter|ten|te|op|aan) ){0,5}[\pL.'’-]*(?i:straat|weg|laan|lei|plein|kade|gracht|dijk|singel|hof|pad|markt|plantsoen|baan|steenweg|stwg\.|str\.|dreef|ring|park|haven|hoek|veld|kaai|vest|wal|berg|steeg|poort|akker|kamp)"
    r"(?: (?i:Noord|Zuid|Oost|West))? ?\d{1,5}(?: ?[a-zA-Z]{1,2})?\b(?:[-–/] ?\d{0,4}[a-zA-Z]?\b)?(?: (?i:bus|boîte|bte|b) ?\d{1,4})?)"
)
_PL_STREET = r"((?i:\bul|\bal|\bpl|\bos)\. ?(?:\p{Lu}|\d)[^,;:()?\d]{1,60} ?\d{1,4} ?[a-zA-Z]?\b(?: ?[/-] ?\d{1,4} ?[a-zA-Z]?\b)?(?: ?(?:lok\.?|m\.?|lokal) ?[\dA-Z]{1,4}\b)?|(?i:\bulic[ayę]|\balej[aię]|\baleje|\bplac|\bosiedle|\brynek) (?:\p{Lu}[\pL.-]* ?){0,4}\d{1,4} ?[a-zA-Z]?\b(?: ?[/-] ?\d{1,4}[a-zA-Z]?\b)?)"
_CZ_STREET = r"((?:\p{Lu}|\d{1,2}\. )\pL[\pL.'’-]*(?: (?:\p{Lu}?[\pL.'’-]+)){0,3} \d{1,5}[a-zA-Z]?(?: ?/ ?\d{1,4} ?[a-zA-Z]?)?\b)"
_SE_STREET = r"((?:\p{Lu}[\pL.'’:-]*[ -]){0,3}[\pL:]*(?i:gatan|gata|vägen|väg|gränd|torget|torg|plan|plats|allén?|stigen|stig|backen|leden|kajen|gården|gården|plan|esplanaden|ringen|platsen|hamnen|parken|bron) ?\d{1,4} ?[a-zA-Z]?\b(?:[-–/]\d{1,4})?)"

_BOX = (
    r"(?i)(\b(?:P\. ?O\. ?Box|P\.? ?O\.? Box|Post Office Box|Post Box|POBox|G\.?P\.?O\.? Box|Locked Bag|Private Bag|Postfach|Boîte Postale|Apartado(?: de Correos)?|Apdo\.?(?: de Correos)?|"
    r"Casella Postale|Postbus|Postbox|Skrytka pocztowa|Skr\. ?poczt\.|Po(?:š|s)tovn[íi] p[řr]ihr[áa]dka|P\. ?O\. ?p[řr]ihr[áa]dka)[ .:#]*(?:no\.? ?|n[º°r]\.? ?)?[A-Z]{0,2}\d[\d ]{0,7}\d|"
    r"\b(?:P\. ?O\. ?Box|P\.? ?O\.? Box|Post Office Box|Postfach|Postbus|Boîte Postale|Apartado(?: de Correos)?|Casella Postale|Skrytka pocztowa)[ .:#]*(?:no\.? ?|n[º°r]\.? ?)?\d)"
)
# The same by language; "BP" and "CS" on their own may be blood pressure and counter-strike.
_NO = r"[ .:#]*(?:no\.? ?|n[º°r]\.? ?)?\d[\d ]{0,8}"
_DE_BOX = rf"((?i:\bPostfach){_NO})"
_FR_BOX = rf"((?i:\bBoîte Postale){_NO}|\b(?:B\.?P\.?|C\.?S\.?|TSA) ?\d{{1,5}}\b)"
_ES_BOX = rf"((?i:\bApartado(?: de Correos)?|\bApdo\.?(?: de Correos)?){_NO})"
_IT_BOX = rf"((?i:\bCasella Postale|\bC\. ?P\.){_NO})"
_NL_BOX = rf"((?i:\bPostbus){_NO})"
_PL_BOX = rf"((?i:\bskrytka pocztowa|\bskr\. ?poczt\.){_NO})"
_CZ_BOX = rf"((?i:\bpoštovní přihrádka|\bP\. ?O\. ?(?:přihrádka|box)){_NO})"
_SE_BOX = r"((?i:\bP\. ?O\. ?Box|\bBox|\bPostbox) \d{1,5}\b)"

_LABEL = r"(?i:p\.?l\.?z\.?|c\.?a\.?p\.?|c\.?p\.?|psč|kod pocztowy|kod|code postal|código postal|postnr\.?|postcode|zip(?: code)?)[ .:]{0,2}"


@dataclass(frozen=True, slots=True)
class Form:
    """How addresses of some countries look."""

    countries: tuple[str, ...]  # the first unless something else says which
    code: Pattern  # group `code`; perhaps `region`, `city`, `label`
    streets: tuple[Pattern, ...]
    plain: (
        Pattern | None
    )  # a street without a word for one, right before the postcode, where the page is of this country
    box: Pattern | None  # a box in the words of its language
    loose: Pattern | None  # a street that is an address even without a postcode, on pages of these countries …
    loose_hint: Pattern | None  # … and, on bytes, what such a street holds
    sure: bool  # the form alone names the country
    at_home: bool  # too common a form to count elsewhere than at home, or where the country is named
    town: bool  # a town must stand behind the postcode, or a word for postcode before it …
    either: bool  # … or a town before it
    bare: bool  # the postcode names one building: it needs no street


def _form(
    countries: str,
    code: str,
    *streets: str,
    plain: str | None = None,
    box: str | None = None,
    loose: str | None = None,
    hint: str | None = None,
    flags: str = "",
) -> Form:
    words = flags.split()
    return Form(
        countries=tuple(countries.split()),
        code=compile_text(latin(code)),
        streets=tuple(compile_text(latin(street)) for street in streets),
        plain=compile_text(latin(plain)) if plain else None,
        box=compile_text(latin(box)) if box else None,
        loose=compile_text(latin(loose or streets[0])) if hint else None,
        loose_hint=compile_lines(latin(hint)) if hint else None,
        sure="sure" in words,
        at_home="home" in words,
        town="town" in words or "either" in words,
        either="either" in words,
        bare="bare" in words,
    )


def _after(code: str) -> str:
    """A postcode, in brackets or after its label perhaps, and the town after it, if any."""
    return rf"(?:(?P<label>{_LABEL}|\()|\b)(?P<code>{code})\b\)?(?:[ ,–·/-]{{1,3}}(?P<city>{CITY}))?"


FORMS = (
    _form("US", rf"\b(?P<region>{_STATES})\.?,? {{0,2}}(?P<code>\d{{5}}(?:-\d{{4}})?)\b", _EN_ROUTE, _EN_STREET, plain=_EN_PLAIN, flags="sure"),
    _form("GB", rf"\b(?P<code>(?:{_GB_AREAS})\d[A-Z\d]? ?\d[A-Z]{{2}})\b", _EN_STREET, _EN_NAMED, loose=_EN_LOOSE, hint=_EN_HINT, flags="sure"),
    _form("CA", rf"\b(?:(?P<region>{_PROVINCES})\.?,? ?)?(?P<code>[ABCEGHJ-NPRSTVXY]\d[A-Z][ -]?\d[A-Z]\d)\b", _EN_ROUTE, _EN_STREET, _FR_STREET, loose=_EN_LOOSE, hint=_EN_HINT, flags="sure"),
    _form("AU", rf"\b(?P<region>{_AU_STATES})\.?,? (?:Australia,? )?(?P<code>\d{{4}})\b", _EN_STREET, _EN_NAMED, flags="sure"),
    _form("IE", rf"\b(?P<code>{_EIRCODE})\b", _EN_STREET, _EN_NAMED, loose=_EN_LOOSE, hint=_EN_HINT, flags="sure bare"),
    _form("IE", rf"\b(?P<region>(?:Co\.?|County) (?:{_COUNTIES})|Dublin \d{{1,2}}W?)\b(?:[ ,]{{0,2}}(?:Ireland|Eircode)\b){{0,2}}(?:[ ,:]{{0,3}}(?P<code>{_EIRCODE}))?", _EN_STREET, _EN_NAMED, flags="sure"),
    _form("NZ AU", r"\pL\)?,? (?P<code>\d{4})\b", _EN_STREET, loose=_EN_LOOSE, hint=_EN_HINT, flags="home"),
    _form("IN", rf"(?:(?P<city>{_IN_CITIES})|(?P<region>{_IN_STATES})|India|(?P<label>(?i:pin ?(?:code)?)))[ ,.:–-]{{0,4}}(?:India[ ,.–-]{{0,3}})?(?:(?i:pin ?(?:code)?)[ :.–-]{{0,4}})?(?P<code>[1-8]\d{{2}} ?\d{{3}})\b", _EN_STREET, _IN_STREET, flags="sure"),
    _form("NL", rf"\b(?:NL-)?(?P<code>[1-9]\d{{3}} ?[A-Z]{{2}})\b,? (?P<city>{CITY})", _NL_STREET, plain=_PLAIN, flags="sure", box=_NL_BOX, hint=r"(\pL(?:straat|laan|plein|gracht|kade) \d)"),
    _form("PL", _after(r"\d{2}[-–]\d{3}"), _PL_STREET, plain=_PLAIN, flags="sure either", box=_PL_BOX, hint=r"((?i:\bul)\. ?\p{Lu})"),
    _form("DE", _after(r"(?:(?:D|DE) ?- ?)?\d{5}"), _DE_STREET, plain=_PLAIN, flags="sure town", box=_DE_BOX, hint=r"(\pL(?:stra(?:ß|ss)e|[Ss]tr\.) ?\d)"),
    _form("BR", r"\b(?P<code>\d{5}-\d{3})\b", _BR_STREET, flags="sure"),
    _form("ES", _after(r"(?:E-|ES-)?\d{5}"), _ES_STREET, plain=_PLAIN, flags="sure either", box=_ES_BOX, hint=r"((?i:\bcalle|\bc/|\bavda\.?|\bavenida) ?\p{Lu})"),
    _form("FR", _after(r"(?:F-|FR-)?\d{2} ?\d{3}"), _FR_STREET, _FR_PLACE, _FR_LAST, plain=_FR_PLAIN, box=_FR_BOX, flags="sure either", hint=r"(\d,? (?i:rue|avenue|boulevard) \pL)"),
    _form("IT", _after(r"(?:I-|IT-)?\d{5}"), _IT_STREET, box=_IT_BOX, flags="sure either", hint=r"((?i:\bvia|\bpiazza|\bcorso|\bviale) (?:\pL{2,5} )?\p{Lu})"),
    _form("BE", _after(r"(?:(?:B|BE) ?- ?)?[1-9]\d{3}"), _NL_STREET, box=_NL_BOX, flags="town home"),
    _form("BE CH", _after(r"(?:B-|BE-|CH-)?[1-9]\d{3}"), _FR_LAST, _FR_STREET, box=_FR_BOX, flags="town home"),
    _form("AT CH", _after(r"(?:(?:A|AT|CH) ?- ?)?[1-9]\d{3}"), _DE_STREET, plain=_PLAIN, flags="town", box=_DE_BOX, hint=r"(\pL(?:stra(?:ß|ss)e|[Ss]tr\.|gasse) ?\d)"),
    _form("CH", _after(r"(?:CH-)?[1-9]\d{3}"), _IT_STREET, flags="town home"),
    _form("SE", _after(r"(?:SE-|S-)?\d{3} ?\d{2}"), _SE_STREET, box=_SE_BOX, flags="sure town", hint=r"(\pL(?:gatan|vägen) \d|\bväg \d)"),
    _form("CZ", _after(r"(?:CZ-)?[1-7]\d{2} ?\d{2}"), _CZ_STREET, loose=r"((?i:\bnám\.?|\bnáměstí|\bulice|\bul\.|\btř\.|\btřída) \p{Lu}[\pL .]{1,40} \d{1,5}(?:/\d{1,4}[a-z]?)?\b)", box=_CZ_BOX, hint=r"((?i:\bnám\.?|\bnáměstí|\bulice|\bul\.|\btř\.|\btřída) \p{Lu})", flags="either home"),
    # Without a postcode, but with a state or country behind the town.
    _form("US", rf", (?P<region>{_STATE_CODES})\b", _EN_ROUTE, _EN_STREET, flags="sure"),
    _form("CA", rf", (?P<region>{_PROVINCES})\b", _EN_ROUTE, _EN_STREET, flags="sure"),
    _form("AU", rf" (?P<region>{_AU_STATES})\b", _EN_STREET, flags="home"),
    _form("GB", r", (?P<region>Northern Ireland|England|Scotland|Wales|United Kingdom|UK)\b", _EN_STREET, flags="sure"),
    _form("NZ", r", (?P<region>New Zealand)\b", _EN_STREET, flags="sure"),
    _form("IN", rf"(?P<region>{_IN_CITIES})(?:,? (?:{_IN_STATES}))?,? India\b", _EN_STREET, _IN_STREET, flags="sure"),
    _form("DE", r", (?P<region>Deutschland|Germany|GERMANY)\b", _DE_STREET, flags="sure"),
    _form("AT", r", (?P<region>Österreich|Austria|AUSTRIA)\b", _DE_STREET, flags="sure"),
    _form("CH", r", (?P<region>Schweiz|Suisse|Svizzera|Switzerland)\b", _DE_STREET, _FR_LAST, _IT_STREET, flags="sure"),
    _form("FR", r", (?P<region>France|FRANCE)\b", _FR_STREET, flags="sure"),
    _form("BE", r", (?P<region>België|Belgique|Belgium)\b", _NL_STREET, _FR_LAST, flags="sure"),
    _form("NL", r", (?P<region>Nederland|The Netherlands|Netherlands)\b", _NL_STREET, flags="sure"),
    _form("ES", r", (?P<region>España|Spain|SPAIN)\b", _ES_STREET, flags="sure"),
    _form("IT", r", (?P<region>Italia|Italy|ITALY|ITALIA)\b", _IT_STREET, flags="sure"),
    _form("PL", r", (?P<region>Polska|Poland)\b", _PL_STREET, flags="sure"),
    _form("SE", r", (?P<region>Sverige|Sweden)\b", _SE_STREET, flags="sure"),
)  # fmt: skip

# One cheap look at the whole page: anything that could be the postcode of an address.
HINT = compile_lines(
    latin(
        rf"(\b(?:{_STATES})\.?,? {{0,2}}\d{{5}}\b|\b[A-Z]{{1,2}}\d[A-Z\d]? ?\d[A-Z]{{2}}\b|\b[A-Z]\d[A-Z][ -]?\d[A-Z]\d\b|"
        rf"\b(?:{_AU_STATES})\.?,? (?:Australia,? )?\d{{4}}\b|\b[A-Z]\d[\dW] ?[A-Z\d]{{4}}\b|\b(?:Co\.?|County) \p{{Lu}}|\bDublin \d|"
        r"\b\d{4} ?[A-Z]{2}\b,? \p{Lu}|\b\d{4,5}\b\)?[ ,–·/-]{1,3}\p{Lu}\pL|\b\d{3} \d{2}[ ,–]{1,3}\p{Lu}\pL|\b\d{2} \d{3} \p{Lu}\pL|\b\d{2}[-–]\d{3}\b|\b\d{5}-\d{3}\b|"
        r"\(\d{5}\)|(?i:\bcap|\bc\.?p|psč|plz|postal|zip)[ .:]{1,3}\d|\pL, \d{3} ?\d{2}(?:$|\D)|"
        r"(?:^|[\pL.,–:-] ?)[1-8]\d{2} ?\d{3}(?:$|[^\dA-Za-z])|"
        r", (?:[A-Z]{2}|Northern Ireland|England|Scotland|Wales|United Kingdom|India|New Zealand|Deutschland|Germany|Österreich|Austria|Schweiz|Suisse|Svizzera|Switzerland|France|België|"
        r"Belgique|Belgium|Nederland|The Netherlands|Netherlands|España|Spain|Italia|Italy|Polska|Poland|Sverige|Sweden|GERMANY|AUSTRIA|FRANCE|SPAIN|ITALY|ITALIA)(?:$|[^A-Za-z]))"
    )
)
TOWN_FIRST = compile_lines(
    latin(r"(\pL\)?,? (?:\d{4}|\d{3} ?\d{2})(?:$|[^\dA-Za-z])|^\d{4}$)")
)  # "Auckland 1010", "Znojmo 66902"
TOWN_FIRST_IN = frozenset(("NZ", "CZ", "AU", "SE"))  # where towns are printed before the postcode
BOX_LINES = compile_lines(_BOX)
BOX = compile_text(_BOX)
COUNTRY = compile_text(
    r"(?i)(?:^|[^\pL])(?:(?P<GB>United Kingdom|UK|Great Britain|England|Scotland|Wales|Northern Ireland)|(?P<US>USA|United States|U\.S\.A\.)|"
    r"(?P<DE>Deutschland|Germany|Allemagne|Germania|Duitsland)|(?P<FR>France|Frankreich|Francia|Frankrijk)|(?P<ES>España|Spain|Spanien|Espagne)|(?P<IE>Ireland|Éire)|"
    r"(?P<AT>Österreich|Austria|Autriche)|(?P<CH>Schweiz|Suisse|Svizzera|Switzerland)|(?P<CA>Canada)|(?P<AU>Australia)|"
    r"(?P<NL>Nederland|The Netherlands|Netherlands|Niederlande|Pays-Bas)|(?P<IT>Italia|Italy|Italien|Italie)|(?P<CZ>Czech Republic|Czechia|Česká republika|Česko|Tschechien|Tschechische Republik|ČR)|"
    r"(?P<BE>Belgi(?:um|ë|que|en))|(?P<PL>Polska|Poland|Polen|Pologne)|(?P<SE>Sverige|Sweden|Schweden)|(?P<NZ>New Zealand|NZ)|(?P<IN>India|Bharat))(?:$|[^\pL])"
)
# Words that follow a postcode and are no town, or end one: units, days, the next label.
NO_TOWN = compile_text(
    r"(?i)(?:^| )(?:tel|telefon|telefono|teléfono|telephone|phone|fax|e-?mail|mail|mobil|mobile|web|www|mg|ml|mcg|iu|ie|euro|eur|usd|kč|czk|zł|stück|stk|tabletten|tabs?|tablets?|pills?|"
    r"kapseln|capsules?|comprimés|comprimidos|compresse|tabletek|kunden|customers|clients|produkte|products|produits|produkter|prodotti|productos|produkty|producten|franken|chf|pln|sek|kr|sb|artikel|days?|tage|jahre?n?|years?|hours?|uhr|copyright|all|nip|regon|krs|"
    r"ičo?|dič|siren|siret|rcs|nif|cif|p\.?iva|vat|ust|btw|kvk|org|iban|bic|monday|montag|mon|mo|lundi|lunedì|lunes|poniedziałek|january|february|march|april|may|june|july|august|"
    r"september|october|november|december|januar|februar|märz|mai|juni|juli|oktober|dezember)(?:$|[^\pL].*)"
)
