# ruff: noqa: E501 - a page of a line or two is read more easily in one piece
"""What sellers show in languages of which the rules have no phrases, and what must not be made of it.

Everything is our own text.  Names of medicines, prices, buttons and messengers speak where no sentence is understood.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from pharmcheck.check import judge
from pharmcheck.model import Capture, Category, Judgement, Outcome
from pharmcheck.reading import read
from pharmcheck.ruleset import load_ruleset
from tests.sites import WHEN, site

_RULES = load_ruleset()


def _judge(capture: Capture) -> Judgement:
    return judge(capture, _RULES, now=WHEN)


def _present(judgement: Judgement) -> set[str]:
    return {finding.rule_id for finding in judgement.findings if finding.outcome is Outcome.PRESENT}


@pytest.mark.parametrize(
    ("lang", "home"),
    [
        ("th", "# ร้านของเรา\nเทรนโบโลน 100 mg/ml\n1,450 บาท\n! หยิบใส่ตะกร้า\nสตาโนโซลอล 10 mg\n890 บาท\n! หยิบใส่ตะกร้า"),
        ("el", "# Το κατάστημά μας\nΖολπιδέμη 10 mg\n62,00 €\n! Αγορά τώρα\nΔιαζεπάμη 10 mg\n71,00 €\n! Αγορά τώρα"),
        (
            "fa",
            "# فروشگاه ما\nترامادول ۱۰۰\n۱۸۵,۰۰۰ تومان\n! افزودن به سبد\nریتالین ۱۰\n۳۱۰,۰۰۰ تومان\n! افزودن به سبد",
        ),
        (
            "sr",
            "# Naša ponuda\nTrenbolon 100 mg\n4.300 RSD\n! Dodaj u korpu\nStanozolol 10 mg\n3.700 RSD\n! Dodaj u korpu",
        ),
        (
            "vi",
            "# Cửa hàng\nMisoprostol 200 mcg giá 790.000đ\nMifepristone 200 mg giá 1.190.000đ\nĐặt mua qua Zalo: 0901 222 333",
        ),
        ("ko", "# 정품 안내\n미프진 1세트 430,000원\n미프진 2세트 610,000원\n구매문의 카카오톡: abc2031"),
        ("uk", "# Наш магазин\nЗолпідем 10 мг\n640 грн\n! Купити\nДіазепам 10 мг\n710 грн\n! Купити"),
        (
            "he",
            "# החנות שלנו\nקמגרה 100\n₪155\n! הוספה לסל\nסיאליס 20\n₪185\n! הוספה לסל\nויאגרה 50\n₪99\n! הוספה לסל\nללא מרשם",
        ),
    ],
)
def test_a_seller_is_seen_by_names_prices_and_messengers(lang: str, home: str) -> None:
    """One page is enough where it sells what no counter hands out so."""
    assert _judge(site(lang=lang, home=home)).verdict.category is Category.CAUTION


@pytest.mark.parametrize(
    ("lang", "home"),
    [
        ("th", "# ร้านขายยาใจดี\nพาราเซตามอล 500 mg\n25 บาท\n! หยิบใส่ตะกร้า\nวิตามินซี 1000 mg\n160 บาท\n! หยิบใส่ตะกร้า\nปรึกษาเภสัชกร Line @raanyajaidee"),
        ("vi", "# Nhà thuốc An Lành\nParacetamol 500mg\n15.000đ\n! Thêm vào giỏ hàng\nVitamin C\n85.000đ\n! Thêm vào giỏ hàng\nTư vấn qua Zalo: 0901 111 222"),
        ("hu", "# Szent Anna Gyógyszertár\nAlgopyrin 500 mg\n1 500 Ft\n! Kosárba\nC-vitamin\n2 500 Ft\n! Kosárba\nVény nélkül kapható gyógyszerek"),
        ("id", "# Peringatan\nCytotec 200 mcg dijual lewat WhatsApp, kata polisi.\nJangan membeli Cytotec.\nCytotec adalah obat keras."),
        ("ja", "# オンライン診療\n医師の診察後に処方します\nバイアグラ 50mg 1,500円\nシアリス 20mg 1,700円\nフィナステリド 1mg 4,500円"),
    ],
)  # fmt: skip
def test_pharmacies_clinics_and_warnings_are_not_accused(lang: str, home: str) -> None:
    """They name medicines, prices and messengers too."""
    assert _judge(site(lang=lang, home=home)).verdict.category not in (Category.CAUTION, Category.DANGER)


def test_prices_without_a_sign_are_seen_in_a_list_of_goods_only() -> None:
    """Six and more bare numbers, each below goods with their strength; two are doses or stocks."""
    names = (
        "Anavar 10mg50t",
        "Dianabol 10mg100t",
        "Winstrol 10mg100t",
        "Anadrol 50mg50t",
        "Clen 40mcg50t",
        "Masteron 100mg",
    )
    goods = [f"{name}\n{860 + number}," for number, name in enumerate(names)]
    assert "OFF001" in _present(_judge(site(lang="th", other="\n".join(goods))))
    assert "OFF001" not in _present(_judge(site(lang="th", other="\n".join(goods[:2]))))


def test_address_and_number_are_missing_only_where_the_language_is_read() -> None:
    """Our reader knows no address of Bangkok."""
    home = "# Viagra 100 mg\n$9\n! Add to cart\n# Metformin 500 mg\n$4\n! Add to cart\n# Amoxicillin 500 mg\n$4\n! Add to cart"
    contact = {
        "en": "# Contact\nWrite to us with the form.",
        "th": "# ติดต่อเรา\nสำนักงานใหญ่ 99/1 ถนนสีลม แขวงสีลม เขตบางรัก กรุงเทพมหานคร",
    }
    assert {"ADR002", "LIC002"} <= _present(_judge(site(home=home, contact=contact["en"])))
    assert {"ADR002", "LIC002"}.isdisjoint(_present(_judge(site(home=home, contact=contact["th"]))))


def test_a_page_of_thai_letters_is_thai_whatever_its_template_says() -> None:
    """A short text does not outweigh what a page declares, but its script does."""
    capture = site(lang="en", home="ขายยา ทรามาดอล สั่งซื้อได้ที่ร้าน\nส่งเก็บเงินปลายทางทั่วประเทศ")
    assert read(capture.pages[0], _RULES.vocabulary).language == "th"


def test_an_article_with_a_line_for_orders_in_a_chat_is_an_offer() -> None:
    """Ordering is what makes it one: a number and words of orders, beside what the text is about."""
    text = "Cytotec adalah obat.\nApa itu Cytotec?\nCytotec bekerja pada rahim dan harus diawasi dokter."
    ordered = _judge(site(lang="id", other=f"{text}\nKonsultasi dan pemesanan WhatsApp 0812-3456-7890"))
    asked = _judge(site(lang="id", other=f"{text}\nPertanyaan kesehatan: WhatsApp 0812-3456-7890"))
    assert "OFF001" in _present(ordered)
    assert "OFF001" not in _present(asked)


def test_product_pages_that_steroids_head_are_a_shop() -> None:
    """Three different ones; a maker of medicines has one."""
    names = ("Boldenone 400 mg", "Trenbolone 100 mg", "Stanozolol 10 mg")
    shelf = [site(lang="tr", archived=True, product=f"# {name}\nKas kütlesi için.") for name in names]
    pages = tuple(replace(one.pages[0], url=f"https://shop.example.com/urun/{at}") for at, one in enumerate(shelf))
    assert "CTL006" in _present(_judge(replace(shelf[0], pages=pages)))
    assert "OFF001" not in _present(_judge(shelf[0]))


def test_a_domain_named_after_a_medicine_sells_it_when_its_text_keeps_selling() -> None:
    """A guide asks once where to buy."""
    text = "Modafinilul se poate cumpara usor online de la magazinul nostru, iar modafinil poti comanda oricand."
    more = (
        "Cei care vor modafinil il pot comanda aici, si livrarea este rapida in toata tara pentru toate orasele mari."
    )
    sold = site("modafinil-info.example", lang="ro", home=f"{text}\n{more}")
    told = site(
        "modafinil-info.example", lang="ro", home="Ce este modafinilul? Un medicament eliberat pe baza de reteta."
    )
    assert "OFF001" in _present(_judge(sold))
    assert "OFF001" not in _present(_judge(told))
