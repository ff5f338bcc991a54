"""Prices as printed, and the currency where the sign or code leaves no doubt."""

from __future__ import annotations

from functools import lru_cache

from pharmcheck.reading.patterns import compile_lines, compile_text

_BEFORE = (
    r"(?:US ?\$|CA ?\$|C\$|AU ?\$|A\$|NZ ?\$|S\$|HK ?\$|R\$|NT ?\$|\$|€|£|₹|¥|￥|₽|₪|₺|₴|₩|₫|₦|₱|฿|zł|"
    r"\b(?:USD|EUR|GBP|CAD|AUD|NZD|INR|CHF|SEK|NOK|DKK|PLN|CZK|HUF|ZAR|MXN|BRL|PKR|SGD|HKD|JPY|CNY|RMB|AED|SAR|UAH|"
    r"THB|TRY|KES|NGN|COP|CLP|UYU|DOP|CRC|GTQ|XAF|XOF|FCFA|S/\.|S/ |Rs\.?|EURO?)|₡|₲)"
)
_AFTER = (
    r"(?:€|£|US ?\$|\$|₹|₽|₺|₴|₪|₫|฿|zł|Kč|руб|грн|евро|фунт|доллар|円|日圓|元|원|درهم|ريال|دينار|جنيه|บาท|лв|"
    r"(?:USDT?|EUR|GBP|CAD|AUD|NZD|INR|CHF|SEK|NOK|DKK|PLN|CZK|HUF|RON|ZAR|MXN|BRL|PKR|SGD|HKD|JPY|AED|SAR|UAH|THB|"
    r"COP|CLP|UYU|DOP|CRC|GTQ|XAF|XOF|F? ?CFA|MAD|TL|kr|Ft|lei|euros?|dollars?|d[oó]lares|pesos|soles|"
    r"reais)\b)"
)
_NUMBER = r"\d{1,3}(?:[.,' ]?\d{3}){0,3}(?:[.,](?:\d{1,2}|[-–]{1,2}))?"
_PATTERN = rf"(?i)({_BEFORE} ?{_NUMBER}|\b{_NUMBER} ?{_AFTER})"

PRICE = compile_text(_PATTERN)
PRICE_BYTES = compile_lines(_PATTERN)

# "$" and "kr" alone belong to many countries; "¥" to two.
_CURRENCIES = tuple(
    tuple(pair.replace("_", " ").split("="))
    for pair in (
        "us$=USD us_$=USD ca$=CAD ca_$=CAD c$=CAD au$=AUD au_$=AUD nz$=NZD nz_$=NZD a$=AUD hk$=HKD s$=SGD r$=BRL "
        "usd=USD eur=EUR gbp=GBP cad=CAD aud=AUD nzd=NZD inr=INR chf=CHF sek=SEK nok=NOK dkk=DKK pln=PLN czk=CZK "
        "huf=HUF zar=ZAR ron=RON mxn=MXN brl=BRL pkr=PKR sgd=SGD hkd=HKD "
        "€=EUR £=GBP ₹=INR ₽=RUB руб=RUB ₪=ILS ₺=TRY zł=PLN kč=CZK jpy=JPY 円=JPY cny=CNY aed=AED "
        "sar=SAR uah=UAH thb=THB ₴=UAH грн=UAH ₩=KRW 원=KRW ₫=VND ₦=NGN ₱=PHP ฿=THB บาท=THB "
    ).split()
)


@lru_cache(maxsize=4096)  # a shop prints the same few hundred prices on all its pages
def currency_of(price: str) -> str | None:
    """ISO 4217 code of a printed price, None when the sign is used by several countries."""
    folded = price.lower()
    return next((code for mark, code in _CURRENCIES if mark in folded), None)
