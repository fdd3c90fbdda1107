"""The words of a quote's document in each language that it is written in.

They follow the customer, not the reader of the page, and some are fixed by law: so they stand here side by side.
"""

from __future__ import annotations

from types import MappingProxyType

FRENCH = {
    "title": "Devis", "number": "N°", "version": "version {version}", "date": "Date", "valid": "Valable jusqu’au",
    "customer": "Client", "contact": "À l’attention de", "prepared": "Votre interlocuteur", "subject": "Objet",
    "product": "Désignation", "quantity": "Qté", "price": "Prix unitaire HT", "discount": "Remise", "rate": "TVA",
    "total": "Total HT", "subtotal": "Total avant remise", "discounts": "Remises", "net": "Total HT",
    "shipping": "Frais de port et d’emballage", "tax": "TVA", "grand": "Total TTC", "vat_rate": "Taux de TVA",
    "vat_base": "Base HT", "vat_tax": "Montant TVA", "service": "Date prévue : {date}", "terms": "Conditions",
    "payment": "Paiement à {days} jours à compter de la date de facture.", "cash": "Paiement à réception de facture.",
    "penalty": "Tout retard de paiement entraîne des pénalités au taux annuel de {rate} % et une indemnité forfaitaire "
               "de 40 € pour frais de recouvrement (art. L441-10 et D441-5 du Code de commerce). Pas d’escompte pour "
               "paiement anticipé.",
    "legal_penalty": "Tout retard de paiement entraîne des pénalités de trois fois le taux d’intérêt légal et une "
                     "indemnité forfaitaire de 40 € pour frais de recouvrement (art. L441-10 et D441-5 du Code de "
                     "commerce). Pas d’escompte pour paiement anticipé.",
    "currency": "Montants en {currency}.", "agreed": "Bon pour accord",
    "agreed_hint": "Date, nom et qualité du signataire, signature et cachet", "agreed_mention":
    "précédés de la mention manuscrite « Bon pour accord »",
    "capital": "au capital de {capital}", "siret": "SIRET {siret}", "vat_number": "TVA {number}", "iban": "IBAN {iban}",
    "page": "Page {page} sur {pages}", "no_lines": "Ce devis n’a pas encore de ligne.",
}  # fmt: skip
ENGLISH = {
    "title": "Quote", "number": "No.", "version": "version {version}", "date": "Date", "valid": "Valid until",
    "customer": "Customer", "contact": "Attention of", "prepared": "Your contact", "subject": "Subject",
    "product": "Description", "quantity": "Qty", "price": "Unit price excl. VAT", "discount": "Discount", "rate": "VAT",
    "total": "Total excl. VAT", "subtotal": "Total before discount", "discounts": "Discounts", "net": "Total excl. VAT",
    "shipping": "Shipping and handling", "tax": "VAT", "grand": "Total incl. VAT", "vat_rate": "VAT rate",
    "vat_base": "Taxable amount", "vat_tax": "VAT amount", "service": "Planned for {date}", "terms": "Terms",
    "payment": "Payment within {days} days of the invoice date.", "cash": "Payment on receipt of the invoice.",
    "penalty": "Late payment bears interest at {rate}% a year and a fixed charge of €40 for recovery costs (articles "
               "L441-10 and D441-5 of the French Commercial Code). No discount for early payment.",
    "legal_penalty": "Late payment bears interest at three times the French legal rate and a fixed charge of €40 for "
                     "recovery costs (articles L441-10 and D441-5 of the French Commercial Code). No discount for early "
                     "payment.",
    "currency": "Amounts in {currency}.", "agreed": "Agreed and accepted",
    "agreed_hint": "Date, name and position of the signatory, signature and company stamp",
    "agreed_mention": "preceded by the handwritten words “Bon pour accord”",
    "capital": "with a share capital of {capital}", "siret": "SIRET {siret}", "vat_number": "VAT {number}",
    "iban": "IBAN {iban}", "page": "Page {page} of {pages}", "no_lines": "This quote has no line yet.",
}  # fmt: skip
WORDS = MappingProxyType({"fr": MappingProxyType(FRENCH), "en": MappingProxyType(ENGLISH)})
LOCALES = MappingProxyType({"fr": "fr_FR", "en": "en_GB"})
FRENCH_ORDER = {
    **FRENCH, "title": "Confirmation de commande", "ordered": "Date de commande", "po": "Votre référence",
    "quote": "Devis", "agreed": "", "no_lines": "Cette commande n’a pas encore de ligne.",
}  # fmt: skip
ENGLISH_ORDER = {
    **ENGLISH, "title": "Order confirmation", "ordered": "Order date", "po": "Your reference", "quote": "Quote",
    "agreed": "", "no_lines": "This order has no line yet.",
}  # fmt: skip
ORDER_WORDS = MappingProxyType({"fr": MappingProxyType(FRENCH_ORDER), "en": MappingProxyType(ENGLISH_ORDER)})
