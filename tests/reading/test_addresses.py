"""Street addresses and boxes of eighteen countries, whose they are, and what only looks like one."""

# ruff: noqa: E501 - a case of a table in one line

from __future__ import annotations

import pytest

from pharmcheck.model import PostalAddress
from pharmcheck.ruleset import load_ruleset
from pharmcheck.ruleset.facts.identity import kind_of

ADDRESSES = [
    # text, postcode, country, words of the street
    ("US", "1600 Pennsylvania Avenue NW, Washington, DC 20500", "20500", "1600 Pennsylvania Avenue"),
    ("US", "30 N Gould St Ste R, Sheridan, WY 82801, USA", "82801", "30 N Gould St"),
    ("US", "16192 Coastal Highway<br>Lewes, Delaware 19958", "19958", "16192 Coastal Highway"),
    ("US", "8050 Harbor Speedway #1501<br>Mukilteo, WA 98275", "98275", "8050 Harbor Speedway"),
    ("US", "4567 US Highway 60 East, Lakeland, FL 33801-1234", "33801-1234", "4567 US Highway 60"),
    ("US", "Please write to 3120 W Example Hwy, Ste 1-700, Phoenix, AZ", None, "3120 W Example Hwy"),
    ("GB", "Harbour Pharmacy, 12 Quay Street, Whitby YO21 3PU", "YO21 3PU", "12 Quay Street"),
    ("GB", "Unit 4<br>Mill Lane Industrial Estate<br>Leeds<br>West Yorkshire<br>LS1 4AP", "LS1 4AP", "Mill Lane"),
    ("GB", "Two Block H, Example road, London, SE1 8AA", "SE1 8AA", "Example road"),
    ("GB", "71-75 Shelton Street, Covent Garden, London WC2H 9JQ", "WC2H 9JQ", "71-75 Shelton Street"),
    ("GB", "Registered office: The Old Mill, Little Example, Leeds LS1 4AP", "LS1 4AP", "The Old Mill"),
    ("GB", "12 Church Street, Exampletown, Co Fermanagh, Northern Ireland", None, "12 Church Street"),
    ("IE", "12 Patrick Street<br>Exampletown<br>Co Cork<br>Ireland<br>Eircode P61 A1C2", "P61 A1C2", "12 Patrick Street"),
    ("IE", "Registered office: Exampletown, County Louth, A92 A1C2, Ireland", "A92 A1C2", ""),
    ("IE", "Unit 3, Main Street, Swords, Co. Dublin", None, "Main Street"),
    ("IE", "77 Camden Street Lower, Dublin 2", None, "77 Camden Street"),
    ("CA", "12 Boul Saint-Exemple, Villeneuve, QC H9R 1A1, Canada", "H9R 1A1", "12 Boul"),
    ("CA", "24 Example Place<br>Winnipeg, Manitoba R2J 1A1", "R2J 1A1", "24 Example Place"),
    ("AU", "Shop 12 Town Centre<br>9 Main Street<br>Example Creek Victoria 3030", "3030", "9 Main Street"),
    ("AU", "Level 3, 175 Pitt Street, Sydney NSW 2000", "2000", "175 Pitt Street"),
    ("NZ", "12 High Street, Example, Lower Hutt 5011, New Zealand", "5011", "12 High Street"),
    ("NZ", "12 Example Road, RD9, Whangarei 0179, New Zealand", "0179", "12 Example Road"),
    ("IN", "Shop No. 12, Ground Floor, Sai Complex, MG Road, Mumbai, Maharashtra 400001", "400001", "12"),
    ("IN", "registered office at 3,Example Appt, Sample Park, Samplenagar, Ahmedabad<br>380008", "380008", "Example"),
    ("DE", "Linden-Apotheke, Lindenstraße 14, 30159 Hannover", "30159", "Lindenstraße 14"),
    ("DE", "Hauptstr.12<br>79359 Musterdorf", "79359", "Hauptstr.12"),
    ("DE", "Straße des 17. Juni 135, D-10623 Berlin", "10623", "17. Juni 135"),
    ("DE", "Unter den Linden 5, 10117 Berlin", "10117", "Unter den Linden 5"),
    ("AT", "Musterweg 1c, A-8434 Beispiel", "8434", "Musterweg 1c"),
    ("AT", "Musterstraße 14<br>A - 9800 Beispiel/Drau", "9800", "Musterstraße 14"),
    ("CH", "Seestrasse 12, CH-8700 Küsnacht", "8700", "Seestrasse 12"),
    ("CH", "Rue de Lausanne 12, 1003 Lausanne, Suisse", "1003", "Rue de Lausanne 12"),
    ("CH", "Via Nassa 5, CH-6900 Lugano", "6900", "Via Nassa 5"),
    ("FR", "12 rue d'Exemple, 88190 EXEMPLE", "88190", "12 rue d'Exemple"),
    ("FR", "12, route de Vieux-Port, 68000 Colmar", "68000", "12, route de Vieux-Port"),
    ("FR", "registered office at Lieu dit Exemple, 32190 Belmont, France", "32190", "Lieu dit Exemple"),
    ("ES", "C/ Ejemplo, 12 - 28027 Madrid (Madrid)", "28027", "C/ Ejemplo, 12"),
    ("ES", "Ejemplo (Sevilla) Calle Madre de Dios, nº 12 (C.P. 41600)", "41600", "Calle Madre de Dios, nº 12"),
    ("ES", "Avda. Ejemplo Pérez, 9 — 03130 Santa Pola (Alicante), Spain", "03130", "Ejemplo Pérez, 9"),
    ("ES", "Polígono Industrial Las Nieves, nave 5, 28935 Móstoles", "28935", "Las Nieves"),
    ("IT", "Via dei Mille, n.12 – 80121 Napoli (NA)", "80121", "Via dei Mille, n.12"),
    ("IT", "con sede legale in Roma (RM), alla Via di Villa Esempio n° 12, cap. 00198", "00198", "Villa Esempio n° 12"),
    ("IT", "via Esempi, SNC, 03043 Esempio (FR)", "03043", "via Esempi, SNC"),
    ("IT", "via IX Marzo 1848, 12 (35122) PADOVA", "35122", "IX Marzo 1848"),
    ("NL", "Voorbeeldweg zuid 1 | 5461XA Voorbeeld", "5461XA", "Voorbeeldweg zuid 1"),
    ("NL", "Molenweg 12, 1182 AB Voorbeeld", "1182 AB", "Molenweg 12"),
    ("BE", "Voorbeeldstraat 11, B-1000 Brussel", "1000", "Voorbeeldstraat 11"),
    ("BE", "établi à 1070 Bruxelles, Square Marie Exemple 12, Belgique", "1070", "Square Marie Exemple 12"),
    ("BE", "12a Avenue Léopold IV 7134 Exemple-lez-Bains en Belgique", "7134", "12a Avenue Léopold IV"),
    ("PL", "40-655 Katowice, ul. Przykładna 3, wpisaną do rejestru", "40-655", "ul. Przykładna 3"),
    ("PL", "z siedzibą w Sosnowcu (41-203), przy ul. Krzysztofa Przykładowskiego 12", "41-203", "Przykładowskiego 12"),
    ("PL", "aleja Przykładowej Pracy 12/301, 20-147 Lublin", "20-147", "Przykładowej Pracy 12/301"),
    ("PL", "02-790 Warszawa<br>ul. Janka Cichego 5", "02-790", "ul. Janka Cichego 5"),
    ("CZ", "Vzorová 116/65a, 50003 Hradec Králové", "50003", "Vzorová 116/65a"),
    ("CZ", "se sídlem Příkladová 169/8, Praha 10, PSČ 10400", "10400", "Příkladová 169/8"),
    ("CZ", "Příkladová 1162, 250 92 Šestajovice, Česká republika", "250 92", "Příkladová 1162"),
    ("SE", "Exempelgatan 9, 434 37 Kungsbacka", "434 37", "Exempelgatan 9"),
    ("SE", "Exempelgatan 3, 30242, Halmstad, Sverige", "30242", "Exempelgatan 3"),
    ("DE", "Visit us at Hauptstraße 5, Berlin, Germany", None, "Hauptstraße 5"),
    ("FR", "registered office at EXEMPLE, 12 rue d'Exemple, FRANCE", None, "12 rue d'Exemple"),
    ("ES", "Calle Mayor, 5, Madrid, Spain", None, "Calle Mayor, 5"),
    ("IT", "Via Roma 12, Milano, Italy", None, "Via Roma 12"),
    ("PL", "ul. Przykładna 3, Katowice, Poland", None, "ul. Przykładna 3"),
    ("IN", "registered office at A-501, Example IV, Opp. Example Club, S.G.Highway, Ahmedabad, India", None, "A-501"),
]  # fmt: skip


@pytest.mark.parametrize(("country", "body", "postcode", "street"), ADDRESSES, ids=lambda value: str(value)[:40])
def test_an_address_is_found_on_a_page_that_says_nothing_of_its_country(reading, country, body, postcode, street):
    """By the form alone, or with the country's name beside it."""
    (found,) = reading(f"<p>{body}</p>").contacts.addresses
    assert (found.postcode, found.country, found.kind) == (postcode, country, "street")
    assert street in (found.street or "")


@pytest.mark.parametrize(
    ("body", "url", "street", "city", "postcode", "country"),
    [
        ("1500 Main Street, Suite 200<br>Springfield, IL 62701", "", "1500 Main Street, Suite 200", "Springfield", "62701", "US"),
        ("123 N Oak Ave., Dover, Delaware 19901 USA", "", "123 N Oak Ave", "Dover", "19901", "US"),
        ("The Shop<br>12 High Street<br>Newtown<br>AB1 2CD", "", "12 High Street", "Newtown", "AB1 2CD", "GB"),
        ("Unit 4, Mill Lane, Leeds, LS1 4AP", "", "Unit 4, Mill Lane", "Leeds", "LS1 4AP", "GB"),
        ("Muster Apotheke<br>Hauptstraße 12a<br>10115 Berlin", "", "Hauptstraße 12a", "Berlin", "10115", "DE"),
        ("12 bis rue de la Paix, 75002 Paris", "", "12 bis rue de la Paix", "Paris", "75002", "FR"),
        ("1 rue du Port 68300 Saint Louis Tel 03", "", "1 rue du Port", "Saint Louis", "68300", "FR"),
        ("Calle Mayor, 5, 28013 Madrid", "", "Calle Mayor, 5", "Madrid", "28013", "ES"),
        ("Calle Perú, 5, 28013 Madrid", "", "Calle Perú, 5", "Madrid", "28013", "ES"),
        ("Av. Juárez 100, 06000 Ciudad de México", "", "Av. Juárez 100", "Ciudad de México", "06000", "MX"),
        ("Calle Larga 5, 15001 Lima, Perú", "", "Calle Larga 5", "Lima", "15001", "PE"),
        ("Via Roma 12, 20121 Milano (MI)", "", "Via Roma 12", "Milano", "20121", "IT"),
        ("Kerkstraat 12, 1017 GP Amsterdam", "", "Kerkstraat 12", "Amsterdam", "1017 GP", "NL"),
        ("Bahnhofstrasse 10, 8001 Zürich", "https://x.ch/", "Bahnhofstrasse 10", "Zürich", "8001", "CH"),
        ("Dlouhá 12/3, 110 00 Praha", "", "Dlouhá 12/3", "Praha", "110 00", "CZ"),
        ("200 Main St, Winnipeg, MB R3C 1A5", "", "200 Main St", "Winnipeg", "R3C 1A5", "CA"),
        ("Shop 3, 45 Queen Street, Brisbane QLD 4000", "", "Shop 3, 45 Queen Street", "Brisbane", "4000", "AU"),
        ("12 O'Connell Street, Dublin 1, D01 F5P2", "", "12 O'Connell Street", "Dublin 1", "D01 F5P2", "IE"),
    ],
)  # fmt: skip
def test_street_town_and_postcode_are_told_apart(reading, body, url, street, city, postcode, country):
    """One line or several; a label behind the town is no part of it."""
    (found,) = reading(f"<p>{body}</p>", url=url or "https://shop.example/").contacts.addresses
    assert (found.street, found.city, found.postcode, found.country) == (street, city, postcode, country)


@pytest.mark.parametrize(
    ("url", "body", "street", "city"),
    [
        ("https://x.pl/", "z siedzibą w Krakowie, ul. Przykładowskiego 12a, wpisaną", "ul. Przykładowskiego 12a", "Krakowie"),
        ("https://x.cz/", "Lékárna s.r.o, Nám Příkladu 2 Znojmo, IČO: 607 19 000", "Nám Příkladu 2", "Znojmo"),
        ("https://x.se/", "Exempelbutiken, Exempelgatan 2, Stockholm, is the controller", "Exempelgatan 2", "Stockholm"),
        ("https://x.at/", "Rechtsanwalt in Villach, Mustergasse 2/1, gegen den Bescheid", "Mustergasse 2/1", "Villach"),
        ("https://x.de/", "Besuchen Sie uns: Lindenstraße 14, Hannover", "Lindenstraße 14", "Hannover"),
        ("https://x.se/", "Storgatan 5<br>Stockholm", "Storgatan 5", "Stockholm"),
        ("https://x.co.uk/", "Come and see us at 12 High Street, Leeds.", "12 High Street", "Leeds"),
    ],
)  # fmt: skip
def test_a_street_and_a_town_are_an_address_on_a_page_of_their_country(reading, url, body, street, city):
    """Without a postcode: the words are those of a street and nothing else."""
    (found,) = reading(f"<p>{body}</p>", url=url).contacts.addresses
    assert (found.street, found.city, found.postcode) == (street, city, None)


@pytest.mark.parametrize(
    ("url", "body", "street", "postcode"),
    [
        ("https://x.de/", "Neuer Wall 10, 20354 Hamburg", "Neuer Wall 10", "20354"),
        ("https://x.de/", "Bei Musters Stift 3<br>2.Etage<br>20355 Hamburg", "Bei Musters Stift 3", "20355"),
        ("https://x.nl/", "Coolsingel 40, 3011 AD Rotterdam", "Coolsingel 40", "3011 AD"),
        ("https://x.nz/", "Shop 5, 10 Queen Street, Auckland 1010", "Shop 5, 10 Queen Street", "1010"),
        ("https://x.fr/", "Place du Marché, 68000 Colmar", "Place du Marché", "68000"),
        ("https://x.es/", "Gran Vía 28, 28013 Madrid", "Gran Vía 28", "28013"),
        ("https://x.it/", "Via 4 Novembre 12, 20100 Milano", "Via 4 Novembre 12", "20100"),
        ("https://x.com.au/", "123 Pitt St Sydney 2000", "123 Pitt St", "2000"),
        ("https://x.ch/", "Dorfstrasse 3, Postfach, 8001 Zürich", "Dorfstrasse 3", "8001"),
        ("https://x.at/", "1060 Wien, Mariahilfer Straße 5", "Mariahilfer Straße 5", "1060"),
        ("https://x.be/", "Kerkstraat 12 bus 3, 2000 Antwerpen", "Kerkstraat 12 bus 3", "2000"),
        ("https://x.pl/", "Wola Duża 12, 23-400 Biłgoraj", "Wola Duża 12", "23-400"),
        ("https://x.us/", "One Microsoft Way, Redmond, WA 98052", "One Microsoft Way", "98052"),
        (
            "https://x.cz/",
            "Adresa: Náměstí Příkladu 294, Dvůr Příklad nad Labem 54401",
            "Náměstí Příkladu 294",
            "54401",
        ),
    ],
)
def test_forms_that_are_common_elsewhere_count_at_home(reading, url, body, street, postcode):
    """A street without a word for one, a town before four digits: only on pages of that country."""
    (found,) = reading(f"<p>{body}</p>", url=url).contacts.addresses
    assert (found.street, found.postcode) == (street, postcode)


@pytest.mark.parametrize(
    ("body", "postcode", "country"),
    [
        ("PO Box 1234, Springfield, IL 62701", "62701", "US"),
        ("P.O. Box 77, Leeds LS1 4AP", "LS1 4AP", "GB"),
        ("GPO Box 5000, Sydney NSW 2001", "2001", "AU"),
        ("Postfach 10 00 55, 46423 Musterstadt", "46423", "DE"),
        ("Postbus 8000<br>5601 KA Eindhoven", "5601 KA", "NL"),
        ("BP 123, 75002 Paris", "75002", "FR"),
        ("Boîte postale 12, 69001 Lyon", "69001", "FR"),
        ("Apartado de Correos 45, 28080 Madrid", None, None),
        ("Casella Postale 12, 20121 Milano, Italia", None, None),
        ("skrytka pocztowa 15, 00-950 Warszawa", "00-950", "PL"),
        ("P. O. přihrádka 12, Praha", None, None),
        ("Box 26<br>751 03 Uppsala, Sverige", "751 03", "SE"),
        ("Private Bag 92, Auckland", None, None),
    ],
)
def test_a_box_is_kept_under_its_own_name(reading, body, postcode, country):
    """In the words of each language; it is no street."""
    (found,) = reading(f"<p>{body}</p>").contacts.addresses
    assert (found.kind, found.street) == ("po_box", None)
    if postcode:
        assert (found.postcode, found.country) == (postcode, country)


@pytest.mark.parametrize(
    ("url", "body", "postcode", "country"),
    [
        ("https://x.es/", "Apartado de Correos 45, 28080 Madrid", "28080", "ES"),
        ("https://x.it/", "Casella Postale 12, 20121 Milano", "20121", "IT"),
        ("https://x.cz/", "P. O. přihrádka 12, 110 00 Praha", "110 00", "CZ"),
        ("https://x.ch/", "Postfach 22, 8001 Zürich", "8001", "CH"),
        ("https://x.co.nz/", "PO Box 12, Auckland 1140", "1140", "NZ"),
        ("https://x.be/", "P.O. Box 12, 2000 Antwerpen", "2000", "BE"),
        ("https://x.be/", "Postbus 12, 2000 Antwerpen", "2000", "BE"),
    ],
)
def test_the_number_of_a_box_is_no_house_number(reading, url, body, postcode, country):
    """Where a street needs no word for one, a box looks like it."""
    (found,) = reading(f"<p>{body}</p>", url=url).contacts.addresses
    assert (found.kind, found.street, found.postcode, found.country) == ("po_box", None, postcode, country)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("The UPS Store #123<br>1500 Main Street<br>Springfield, IL 62701", "mail_drop"),
        ("1500 Main Street PMB 456, Springfield, IL 62701", "mail_drop"),
        ("Mail Boxes Etc., 12 High Street, Leeds LS1 4AP", "mail_drop"),
        ("Regus, 12 High Street, Leeds LS1 4AP", "virtual_office"),
        ("12 High Street, Leeds LS1 4AP", "street"),
    ],
)
def test_rented_letter_boxes_and_fronts_say_what_they_are(reading, body, kind):
    """The name of the service stands in or above the street."""
    (found,) = reading(f"<p>{body}</p>").contacts.addresses
    assert found.kind == kind


@pytest.mark.parametrize(
    ("body", "owner"),
    [
        ("<h2>Impressum</h2><p>Linden-Apotheke<br>Lindenstraße 14<br>30159 Hannover</p>", "own"),
        ("<p>Our registered office is 12 Quay Street, Whitby YO21 3PU</p>", "own"),
        ("<p>con domicilio social en C/ Ejemplo, 12 - 28027 Madrid</p>", "own"),
        ("<p>z siedzibą w Poznaniu, ul. Przykładna 26, 61-868 Poznań</p>", "own"),
        ("<footer><p>12 Quay Street, Whitby YO21 3PU</p></footer>", "own"),
        ("<p>12 Quay Street, Whitby YO21 3PU</p>", "unknown"),
        ("<p>Zuständige Kammer:<br>Apothekerkammer Nordrhein<br>Poststr. 4<br>40213 Düsseldorf</p>", "other"),
        ("<p>Complain to the Information Commissioner's Office, 12 Mill Lane, Wilmslow SK9 5AF</p>", "other"),
        ("<p>PayPal (Europe) S.à r.l., Musterweg 22, 10115 Berlin</p>", "other"),
        ("<p>Le site est hébergé par Hôte SAS, hébergeur, 2 rue Kellermann, 59100 Roubaix</p>", "other"),
        ("<p>Our warehouse: Unit 4, Mill Lane, Leeds, LS1 4AP</p>", "other"),
        ("<p>Wojewódzki Inspektorat Farmaceutyczny, ul. Raciborska 15, 40-074 Katowice</p>", "other"),
        ("<p>Klachtencommissie Apotheken<br>Postbus 1000<br>1400 BC Bussum</p>", "other"),
    ],
)  # fmt: skip
def test_the_nearest_word_says_whose_address_it_is(reading, body, owner):
    """The shop's own, or that of an authority, a payment service, a host, a warehouse."""
    (found,) = reading(body).contacts.addresses
    assert found.owner == owner


def test_lines_above_speak_for_a_street_without_a_postcode_too(reading):
    """As they do for one with a postcode."""
    body = "<p>Le site est hébergé par :</p><p>Hôte SA, hébergeur</p><p>137 rue du Port</p><p>Boulogne Cedex</p>"
    (found,) = reading(body, url="https://x.fr/").contacts.addresses
    assert (found.street, found.city, found.owner) == ("137 rue du Port", "Boulogne Cedex", "other")


def test_an_own_address_and_the_authoritys_below_it_are_told_apart(reading):
    """As in every German imprint."""
    page = reading(
        "<p>Inhaberin: A. B.</p><p>Musterer Str. 6</p><p>42855 Musterstadt</p><p>Tel.: 02191 - 31 000</p>"
        "<p>Zuständige Apothekerkammer:</p><p>Poststr. 4</p><p>40213 Düsseldorf</p>"
    )
    assert [(found.postcode, found.owner) for found in page.contacts.addresses] == [
        ("42855", "own"),
        ("40213", "other"),
    ]


def test_a_list_of_addresses_keeps_each_street_with_its_town(reading):
    """Whether the street stands above the town or below it; no street is used twice."""
    above = "".join(f"<p>ul. Przykładna {n}</p><p>45-05{n} Opole</p>" for n in range(1, 5))
    below = "".join(f"<p>45-05{n} Opole</p><p>ul. Przykładna {n}</p>" for n in range(1, 5))
    for body in (above, below):
        found = reading(f"<p>Apteki:</p>{body}").contacts.addresses
        assert [(item.postcode, item.street) for item in found] == [
            (f"45-05{n}", f"ul. Przykładna {n}") for n in range(1, 5)
        ]


def test_two_addresses_in_one_sentence_are_two(reading):
    """Each with its own street."""
    body = "<p>Our pharmacies are at 12 Quay Street, Whitby YO21 3PU and 3 Mill Lane, Leeds LS1 4AP.</p>"
    found = reading(body).contacts.addresses
    assert [(item.street, item.postcode) for item in found] == [
        ("12 Quay Street", "YO21 3PU"),
        ("3 Mill Lane", "LS1 4AP"),
    ]


@pytest.mark.parametrize(
    ("url", "body"),
    [
        ("https://x.de/", "Packung mit 100 Stück, PZN 12345 Tabletten"),
        ("https://x.de/", "Stand 09/2022, Veröffentlicht am 01.02.2023 Berlin"),
        ("https://x.de/", "Paracetamol 500, 10020 Kunden"),
        ("https://x.at/", "Seit Mai 2016, 2016 Wien feierte"),
        ("https://x.ch/", "Stück 30, 1000 Franken"),
        ("https://x.cz/", "Paralen 500 mg, 24 tablet, 110 00 Kč"),
        ("https://x.cz/", "zákona č. 89/2012 Sb., občanský zákoník 2012"),
        ("https://x.fr/", "spedito via mail, 100 mg, 75002 comprimés"),
        ("https://x.it/", "consegna via Corriere 24, 10000 Prodotti"),
        ("https://x.pl/", "opakowanie 10-100 Tabletek, 20-500 mg"),
        ("https://x.se/", "100 mg 123 45 Tabletter"),
        ("https://x.nz/", "Vitamin C Tablets 1000"),
        ("https://x.in/", "Order 400001 of Vitamin D3 60000 IU"),
        ("https://x.us/", "Take 2 tablets, OR 12345 more"),
        ("https://x.com/", "Vitamin B12 1AA, E10 5BD"),
        ("https://x.com/", "Room 4, Zone B, COVID A92 PX"),
        ("https://x.com/", "BP 140/90 is high"),
        ("https://x.com/", "Box 12 pills"),
        ("https://x.fr/", "12 rue"),
        ("https://x.de/", "Shipped via DHL or via e-mail in 12345 Days"),
        ("https://x.com/", "100 mg x 30 pills for $45.00, 20 mg from 12000 Euro"),
        ("https://x.com/", "We do not ship to PO Boxes."),
        (
            "https://x.com/",
            "We ship to Germany, France, Spain, Italy, UK, USA, from 100 EUR via 2 carriers, Poland, Sweden",
        ),
        ("https://x.de/", "Founded 1998, more than 10115 Kunden"),
        ("https://x.com/", "Order 62701 was placed on 12/11/2025 at 10:15"),
        ("https://x.cz/", "Sildex 400, 100 20 Tablets"),
    ],
)
def test_what_only_looks_like_an_address(reading, url, body):
    """Packs, prices, dates, laws, vitamins and doses, on pages of every country."""
    assert reading(f"<p>{body}</p>", url=url).contacts.addresses == ()


def test_the_country_named_after_the_town_decides(reading):
    """Not one that a later sentence names."""
    (found,) = reading("<p>Landstraße 5, 1030 Wien, Österreich</p>").contacts.addresses
    assert found.country == "AT"
    (found,) = reading("<p>Lindenstraße 14, 30159 Hannover. Wir liefern nach Österreich.</p>").contacts.addresses
    assert found.country == "DE"


def test_the_same_place_counts_once_and_as_the_shops_own(reading):
    """The foot of the page says whose it is."""
    body = "<p>12 Quay Street, Whitby YO21 3PU</p><footer><p>12 Quay Street, Whitby YO21 3PU</p></footer>"
    (found,) = reading(body).contacts.addresses
    assert found.owner == "own"


def test_each_street_that_is_known_to_be_rented_out_is_recognised_and_its_neighbour_is_not():
    """The list proves itself: house, street and postcode together; one of them alone says nothing."""
    lists = load_ruleset().lists
    for row in lists["shared_addresses"]["addresses"]:
        assert row["kind"] in ("mail_drop", "virtual_office"), row["id"]
        assert row["confidence"] in ("public-copy", "general-knowledge"), row["id"]
        for house, postcode, expected in (
            (row["house"].partition("-")[0], row["postcodes"][0], row["kind"]),
            (row["house"], row["postcodes"][0].replace(" ", ""), row["kind"]),
            ("99999", row["postcodes"][0], "street"),
            (row["house"], "ZZ9 9ZZ", "street"),
        ):
            street = f"{house} {row['street'].title()} Street"
            address = PostalAddress(street, street, None, None, postcode, row["country"], "street", 0)
            assert kind_of(address, lists) == expected, (row["id"], house, postcode)
