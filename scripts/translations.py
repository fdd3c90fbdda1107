"""Brings the French catalog in step with the texts of the code: `make messages`.

With --check nothing is written: untranslated or broken texts are listed, and the exit code is 1.
"""

import argparse
import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from babel.messages import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir, extract_python
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

PACKAGE = Path(__file__).resolve().parent.parent / "essor"
FRENCH = PACKAGE / "locale" / "fr" / "LC_MESSAGES" / "django.po"


def _django(
    file: BinaryIO, keywords: dict[str, Any], tags: list[str], options: dict[str, Any]
) -> Iterator[Any]:
    """Find the texts of a Django template: the account pages are drawn by allauth, which knows no Jinja2."""
    python = templatize(file.read().decode())
    # The indentation of HTML is none of Python's.
    level = "\n".join(line.strip() for line in python.splitlines())
    yield from extract_python(BytesIO(level.encode()), keywords, tags, options)  # type: ignore[arg-type]  # Babel hands its own options on


_METHODS = [
    ("**/tests/**", "ignore"),
    ("**.py", "python"),
    ("**.jinja", "jinja2"),
    ("**.html", _django),
    ("**.txt", _django),
]
_OPTIONS = {"**.jinja": {"trimmed": "true", "extensions": "jinja2.ext.do", "silent": "false"}}
_KEYWORDS = DEFAULT_KEYWORDS | {
    "gettext_lazy": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


def template() -> Catalog:
    """Every text of the code, untranslated; where it stands is kept by file, without line numbers."""
    catalog = Catalog(project="Essor", charset="utf-8")
    found = extract_from_dir(
        PACKAGE,
        method_map=_METHODS,  # type: ignore[arg-type]  # Babel takes functions as well as names
        options_map=_OPTIONS,
        keywords=_KEYWORDS,
        comment_tags=("Translators:",),
        strip_comment_tags=True,
    )
    for name, _line, text, comments, context in sorted(found, key=lambda entry: entry[0]):
        catalog.add(text, locations=[(Path(name).as_posix(), 0)], auto_comments=comments, context=context)
    return catalog


def read() -> Catalog:
    """The French catalog as it is in the repository."""
    with FRENCH.open("rb") as file:
        return read_po(file, locale="fr")


def update(french: Catalog) -> None:
    """Add new texts and drop those the code no longer has; never guess a translation."""
    fresh = template()
    french.update(fresh, no_fuzzy_matching=True)
    french.obsolete.clear()
    for message in french:
        current = fresh.get(message.id, message.context) if message.id else None
        if current:  # update() keeps the places of the last time too
            message.locations = current.locations


def write(catalog: Catalog) -> None:
    """Sorted and without dates, so that two branches rarely touch the same line."""
    _typeset_all(catalog)
    text = BytesIO()
    write_po(text, catalog, width=100, sort_output=True, include_lineno=False, omit_header=True)
    FRENCH.write_bytes(_header(catalog) + text.getvalue())


_NARROW = "\u202f"
# French sets a narrow no-break space before ; : ! ? and inside « », before the unit and between thousands.
_SPACES = (
    (re.compile(r"[ \u00a0\u202f]+(?=[:;!?](?:[\s»)]|$))"), _NARROW),
    (re.compile(r"«[ \u00a0\u202f]*"), f"«{_NARROW}"),
    (re.compile(r"[ \u00a0\u202f]*»"), f"{_NARROW}»"),
    (re.compile(r"(?<=\d)[ \u00a0](?=%(?!\()|\d{3}(?!\d))"), _NARROW),
)


def typeset(text: str) -> str:
    """Return a French text with its no-break spaces; code in it has none of these signs after a space."""
    for pattern, spaced in _SPACES:
        text = pattern.sub(spaced, text)
    return text


def _typeset_all(catalog: Catalog) -> None:
    for message in catalog:
        if message.id and any(_strings(message)):
            forms = [typeset(form) for form in _strings(message)]
            message.string = tuple(forms) if isinstance(message.string, (list, tuple)) else forms[0]


def untranslated(catalog: Catalog) -> list[str]:
    """The texts that have no translation."""
    return [first(message) for message in catalog if message.id and not all(_strings(message))]


def broken(catalog: Catalog) -> Iterator[str]:
    """One line per translation whose placeholders are not those of its text."""
    for message in catalog:
        if message.id and all(_strings(message)):
            yield from (f"{error}: {first(message)!r}" for error in message.check(catalog))
            if any(typeset(form) != form for form in _strings(message)):
                yield f"no-break spaces (run `make messages`): {first(message)!r}"


def _header(catalog: Catalog) -> bytes:
    lines = (
        'msgid ""',
        'msgstr ""',
        '"Language: fr\\n"',
        f'"Plural-Forms: {catalog.plural_forms}\\n"',
        '"MIME-Version: 1.0\\n"',
        '"Content-Type: text/plain; charset=utf-8\\n"',
        '"Content-Transfer-Encoding: 8bit\\n"',
    )
    return "\n".join([*lines, "", ""]).encode()


def _strings(message: Message) -> list[str]:
    forms = message.string if isinstance(message.string, (list, tuple)) else [message.string]
    return [form or "" for form in forms]


def first(message: Message) -> str:
    """The English text, the singular one when there are two."""
    return message.id if isinstance(message.id, str) else message.id[0]


def main() -> int:
    """Update the catalog, or check it."""
    parser = argparse.ArgumentParser(description="Bring the French catalog in step with the code.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a text is missing")
    options = parser.parse_args()
    french = read() if FRENCH.exists() else Catalog(locale="fr", charset="utf-8")
    update(french)
    if not options.check:
        FRENCH.parent.mkdir(parents=True, exist_ok=True)
        write(french)
    missing, wrong = untranslated(french), list(broken(french))
    if options.check:
        sys.stdout.writelines(f"not translated: {text!r}\n" for text in missing)
    sys.stdout.writelines(f"{line}\n" for line in wrong)
    sys.stdout.write(f"{len(french)} texts, {len(missing)} to translate, {len(wrong)} to mend\n")
    return 1 if wrong or (options.check and missing) else 0


if __name__ == "__main__":
    sys.exit(main())
