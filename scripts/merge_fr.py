"""Puts translations from JSON files into the French catalog: `python scripts/merge_fr.py FOLDER`.

A file holds {"English text": "texte français"}. A text with a plural has its English singular as key and
a list of forms as value; a text with a context is written "context|text".
"""

import argparse
import json
import sys
from pathlib import Path

from babel.messages import Catalog, Message
from translations import broken, first, read, untranslated, update, write


def merge(catalog: Catalog, texts: dict[str, str | list[str]]) -> list[str]:
    """Set the translations; returns the keys that no text of the code has."""
    known = {_key(message): message for message in catalog if message.id}
    for key, text in texts.items():
        if key in known:
            known[key].string = tuple(text) if isinstance(text, list) else _as_needed(known[key], text)
    return [key for key in texts if key not in known]


def _key(message: Message) -> str:
    return f"{message.context}|{first(message)}" if message.context else first(message)


def _as_needed(message: Message, text: str) -> str | tuple[str, str]:
    """A plural text given one translation uses it for both forms."""
    return (text, text) if isinstance(message.id, tuple) else text


def main() -> int:
    """Merge every file of a folder; exit 1 when a placeholder went wrong."""
    parser = argparse.ArgumentParser(description="Merge JSON translations into the French catalog.")
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    catalog = read()
    update(catalog)
    for path in sorted(options.folder.glob("*.json")):
        unknown = merge(catalog, json.loads(path.read_text(encoding="utf-8")))
        sys.stdout.writelines(f"{path.name}: no such text: {key!r}\n" for key in unknown)
    write(catalog)
    wrong = list(broken(catalog))
    sys.stdout.writelines(f"{line}\n" for line in wrong)
    sys.stdout.write(f"{len(catalog)} texts, {len(untranslated(catalog))} to translate\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
