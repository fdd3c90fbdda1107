"""The words that the editor speaks, in the reader's language."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext


def blocks() -> list[tuple[str, str, str]]:
    """Return what the palette offers: kind, icon, words."""
    return [
        ("text", "letter-case", _("Text")), ("title", "heading", pgettext("block", "Title")), ("picture", "photo", _("Picture")),
        ("button", "link", pgettext("block", "Button")), ("columns", "columns", _("Columns")), ("divider", "minus", _("Line")),
        ("spacer", "arrows-sort", pgettext("block", "Space")), ("social", "users-group", _("Networks")),
        ("dynamic", "filter", _("For a segment")), ("html", "code", "HTML"),
    ]  # fmt: skip


def of_editor() -> dict[str, Any]:
    """Return the words by key; {n} is put in by the script."""
    return {**_blocks(), **_settings(), **_states()}


def _blocks() -> dict[str, Any]:
    return {
        "kinds": {
            "text": _("Text"), "picture": _("Picture"), "button": pgettext("block", "Button"), "columns": _("Columns"),
            "divider": _("Line"), "spacer": pgettext("block", "Space"), "social": _("Networks"), "dynamic": _("For a segment"),
            "html": "HTML",
        },
        "networks": {
            "web": _("Web site"), "mail": _("E-mail"), "linkedin": "LinkedIn", "facebook": "Facebook", "x": "X",
            "instagram": "Instagram", "youtube": "YouTube",
        },
        "new_text": _("Write here."), "new_title": _("A clear title"), "new_button": _("Read more"),
        "add_here": _("Add a block here"), "drag": _("Drag, or move with the arrow keys"), "up": _("Move up"),
        "down": _("Move down"), "duplicate": _("Duplicate"), "keep_block": _("Save to use it again"), "remove": _("Remove"),
        "moved_up": _("Moved up."), "moved_down": _("Moved down."), "removed": _("Removed. Undo brings it back."),
        "choose_picture": _("Choose a picture"), "other_picture": _("Change the picture"), "only_for": _("Only for: {n}"),
        "no_segment": _("no segment chosen"), "unsubscribe": _("Unsubscribe link"), "preferences": _("Preferences link"),
        "browser": _("View in browser"), "accept": _("Invitation: I come"), "decline": _("Invitation: I do not come"),
        "nowhere": _("A link has no address yet"),
    }  # fmt: skip


def _settings() -> dict[str, Any]:
    return {
        "align": _("Alignment"), "aligns": {"left": _("Left"), "center": _("Middle"), "right": _("Right")},
        "address": _("Leads to"), "picture_address": _("Address of the picture"),
        "alt": _("What it shows, for those who do not see it"),
        "decorative": _("Only decoration"), "width": _("Width"), "height": _("Height"), "label": pgettext("button", "Label"),
        "color": _("Colour"), "wide": _("As wide as its column"), "network": _("Network"), "add_network": _("Add a network"),
        "html_help": _("Tables, texts, pictures and links; scripts are taken out."), "ratio": _("Widths"),
        "segment": _("Segment"), "segment_help": _("Members of the segment get this part, all others get the e-mail without it."),
        "background": _("Background"), "space": _("Space above and below"),
        "spaces": {"none": _("None"), "small": _("Small"), "normal": _("Normal"), "large": _("Large")},
        "as_theme": _("As in the theme"), "close": _("Close"), "theme": _("Look of the e-mail"),
        "theme_help": _("Select a block to change it; here you change all of them."),
        "themes": {
            "essor": "Essor", "forest": _("Forest"), "sunset": _("Sunset"), "ink": _("Ink"), "night": _("Night"),
        },
        "colors": {
            "background": _("Around the e-mail"), "paper": _("Paper"), "text": _("Text"), "heading": _("Titles"),
            "accent": _("Links and buttons"), "on_accent": _("Text on buttons"),
        },
        "fonts": {
            "sans": "Inter", "arial": "Arial", "verdana": "Verdana", "trebuchet": "Trebuchet", "georgia": "Georgia",
            "times": "Times", "mono": "Courier",
        },
        "font": _("Font of texts"), "heading_font": _("Font of titles"), "corners": _("Corners"),
        "cornered": {"square": _("Square"), "soft": _("Soft"), "round": _("Round")}, "page_width": _("Width of the e-mail"),
        "logo": _("Logo"), "keep_theme": _("Save as a theme"), "no_field": _("No field of that name."),
        "uploading": _("Uploading…"), "uploaded": _("The picture is in the library."), "take_out": _("Remove from the library"),
    }  # fmt: skip


def _states() -> dict[str, Any]:
    return {
        "states": {
            "saved": _("Saved"), "saving": _("Saving…"), "unsaved": _("Not saved yet"),
            "offline": _("No connection: it is saved later"),
            "refused": _("Not saved"), "conflict": _("Not saved: somebody was faster"),
        },
        "no_subject": _("(no subject)"), "nobody": _("Nobody in particular"), "offline": _("No connection. Try again."),
    }  # fmt: skip
