"""Prices as printed, and the currency where the sign or code leaves no doubt."""

from __future__ import annotations

from functools import lru_cache

from pharmcheck.reading.patterns import compile_lines, compile_text

_BEFORE = (
    r"(?:US ?\$|CA ?\$|C\$|AU ?\$|A\$|NZ ?\$|S\$|HK ?\$|R\$|NT ?\$|\$|€|£|₹|¥|￥|₽|₪|₺|₴|₩|₫|₦|₱|฿|zł|"
    r"\b(?:kr\.?|USD|EUR|GBP|CAD|AUD|NZD|INR|CHF|SEK|NOK|DKK|PLN|CZK|HUF|ZAR|MXN|BRL|PKR|SGD|HKD|JPY|CNY|RMB|AED|SAR|"
    r"UAH|THB|TRY|KES|NGN|IDR|MYR|VND|RSD|EGP|QAR|KWD|Rp\.?|RM|"
    r"COP|CLP|UYU|DOP|CRC|GTQ|XAF|XOF|FCFA|S/\.|S/ |Rs\.?|EURO?)|₡|₲)"
)
_AFTER = (
    r"(?:€|£|US ?\$|\$|₹|₽|₺|₴|₪|₫|฿|zł|Kč|руб|грн|евро|фунт|доллар|円|日圓|元|원|만원|درهم|ريال|دينار|جنيه|บาท|лв|"
    r"شيكل|ש\"ח|ש״ח|تومان|ریال|دج|₸|тенге|динара|денари|रुपये|din\.|dinara\b|ribu\b|rb\b|bht\b|baht\b|"
    r"(?:VND|RSD|BAM|MKD|IDR|MYR|EGP|QAR|KWD)\b|"
    r"(?:USDT?|EUR|GBP|CAD|AUD|NZD|INR|CHF|SEK|NOK|DKK|PLN|CZK|HUF|RON|ZAR|MXN|BRL|PKR|SGD|HKD|"
    r"JPY|AED|SAR|UAH|THB|COP|CLP|UYU|DOP|CRC|GTQ|XAF|XOF|F? ?CFA|MAD|TL|kr|Ft|lei|euros?|dollars?|"
    r"d[oó]lares|pesos|soles|reais)\b)"
)
_NUMBER = r"\d{1,3}(?:[.,' ]?\d{3}){0,3}(?:[.,](?:\d{1,2}|[-–]{1,2}))?"
# Thousands make money of "đ", which begins other words; digits of Arabic and Persian stand before their own words.
_VIETNAMESE = r"\b\d{1,3}(?:[.,]\d{3}){1,3} ?(?:đ|vnđ)"
_EASTERN = r"[٠-٩۰-۹]{1,3}(?:[.,٬،٫/]?[٠-٩۰-۹]{3}){0,3} ?(?:درهم|ريال|دينار|جنيه|شيكل|تومان|ریال)"
# "290,-" and "290:-" of the north; "900 р." of Russia, but not "2020 р.", a year in Ukraine.
_ROUND = r"(?:[1-9]\d{1,3}[,:][-–]\B|[1-9]\d{1,2}(?: \d{3})? ?р\.)"
_PATTERN = rf"(?i)({_BEFORE} ?{_NUMBER}|\b{_NUMBER} ?{_AFTER}|\b{_ROUND}|{_VIETNAMESE}|{_EASTERN})"
# A line that is a number as prices are, where a list prints no sign: "8900,", "1,250", "860.-".
_BARE = r"^(\d{1,3}(?:[.,]?\d{3}){1,2}|[1-9]\d{2})[ .,–-]{0,2}$"

PRICE = compile_text(_PATTERN)
PRICE_BYTES = compile_lines(_PATTERN)
BARE_NUMBER = compile_text(_BARE)

# "$" and "kr" alone belong to many countries; "¥" to two.
_CURRENCIES = tuple(
    tuple(pair.replace("_", " ").split("="))
    for pair in (
        "us$=USD us_$=USD ca$=CAD ca_$=CAD c$=CAD au$=AUD au_$=AUD nz$=NZD nz_$=NZD a$=AUD hk$=HKD s$=SGD r$=BRL "
        "usd=USD eur=EUR gbp=GBP cad=CAD aud=AUD nzd=NZD inr=INR chf=CHF sek=SEK nok=NOK dkk=DKK pln=PLN czk=CZK "
        "huf=HUF zar=ZAR ron=RON mxn=MXN brl=BRL pkr=PKR sgd=SGD hkd=HKD "
        "€=EUR £=GBP ₹=INR ₽=RUB руб=RUB ₪=ILS ₺=TRY zł=PLN kč=CZK jpy=JPY 円=JPY cny=CNY aed=AED "
        "sar=SAR uah=UAH thb=THB ₴=UAH грн=UAH ₩=KRW 원=KRW ₫=VND ₦=NGN ₱=PHP ฿=THB บาท=THB baht=THB "
        "idr=IDR rp=IDR rm=MYR myr=MYR vnd=VND đ=VND rsd=RSD dinara=RSD تومان=IRR egp=EGP "
    ).split()
)


@lru_cache(maxsize=4096)  # a shop prints the same few hundred prices on all its pages
def currency_of(price: str) -> str | None:
    """ISO 4217 code of a printed price, None when the sign is used by several countries."""
    folded = price.lower()
    return next((code for mark, code in _CURRENCIES if mark in folded), None)
