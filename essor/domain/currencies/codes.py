"""The currencies that records may be in, those of our users first."""

from __future__ import annotations

CODES = (
    "EUR", "USD", "GBP", "CHF", "CAD", "MAD", "TND", "XOF", "JPY", "XAF", "DZD", "AED", "ARS", "AUD", "BGN", "BRL", "CLP",
    "CNY", "COP", "CZK", "DKK", "EGP", "HKD", "HUF", "IDR", "ILS", "INR", "ISK", "KES", "KRW", "MGA", "MUR", "MXN", "MYR",
    "NGN", "NOK", "NZD", "PEN", "PHP", "PLN", "QAR", "RON", "RSD", "SAR", "SEK", "SGD", "THB", "TRY", "TWD", "UAH", "VND",
    "XPF", "ZAR",
)  # fmt: skip
