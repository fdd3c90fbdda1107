"""Sources of experts: HTML or MJML of their own, sent to the byte but for merge fields and counted links.

Where a merge field stands decides how its value is written: in words, in an attribute, in an address. Places where no
value is safe (scripts, styles, tag names, attributes without quotes) are refused. A source with nothing but fields and
fallbacks becomes slots; one with conditions or loops is rendered for each person.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from html import unescape
from html.entities import html5
from typing import Literal

import css_inline
from django.utils.translation import gettext as _
from jinja2 import nodes
from mjml import mjml2html

from essor.domain.automation.merge import dotted_names
from essor.domain.marketing.letters import sandbox
from essor.domain.marketing.letters.codec import SOURCE, refused
from essor.domain.marketing.letters.compiled import ADDRESSES, Place, Slot, Text
from essor.domain.marketing.letters.marks import FIELD, Marks, outside
from essor.domain.marketing.letters.places import SCHEME
from essor.kernel.errors import EssorError
from essor.kernel.plain import of_html

AT = SOURCE
ENDS = {"variable_begin": "variable_end", "block_begin": "block_end", "comment_begin": "comment_end"}
ADDRESS_ATTRIBUTES = frozenset({"href", "src", "background", "action", "poster", "cite"})
INLINE = css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=True, keep_at_rules=True)
RAW = frozenset({"script", "style", "textarea", "xmp", "iframe", "noembed", "noframes"})
TOKENS = re.compile(
    r"(?P<comment><!--.*?-->)|(?P<odd><[!?][^>]*>)|(?P<close></[a-zA-Z][^>]*>)"
    r"|(?P<open><(?P<tag>[a-zA-Z][^\s/>]*)(?P<rest>(?:[^\"'>]|\"[^\"]*\"|'[^']*')*)>)",
    re.DOTALL,
)
ATTRIBUTE = re.compile(
    r"(?P<name>[^\s\"'<>/=]+)(?:(?P<is>\s*=\s*)(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[^\s\"'>]+)))?"
)
SCRIPTED = re.compile(r"on[a-z]+", re.IGNORECASE)
SCRIPTS = ("javascript:", "vbscript:")
COUNTED = re.compile(r"https?://", re.IGNORECASE)
REFERENCE = re.compile(r"&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|(?P<name>[a-zA-Z][a-zA-Z0-9]*;?)(?P<next>=?))")
MJ_TAG = re.compile(r"<(mj-[a-z-]+)", re.IGNORECASE)
ELEMENTS = frozenset(
    {
        "mj-head",
        "mj-attributes",
        "mj-all",
        "mj-class",
        "mj-breakpoint",
        "mj-font",
        "mj-html-attributes",
        "mj-selector",
        "mj-html-attribute",
        "mj-preview",
        "mj-style",
        "mj-title",
        "mj-body",
        "mj-include",
        "mj-raw",
        "mj-accordion",
        "mj-accordion-element",
        "mj-accordion-title",
        "mj-accordion-text",
        "mj-button",
        "mj-carousel",
        "mj-carousel-image",
        "mj-column",
        "mj-divider",
        "mj-group",
        "mj-hero",
        "mj-image",
        "mj-navbar",
        "mj-navbar-link",
        "mj-section",
        "mj-social",
        "mj-social-element",
        "mj-spacer",
        "mj-table",
        "mj-text",
        "mj-wrapper",
    }
)


@dataclass(slots=True)
class Source:
    """A source whose Jinja parts are marks: `parts` are these parts, `paths` what they show."""

    marks: Marks
    marked: str
    parts: list[str] = field(default_factory=list)
    kinds: list[Literal["show", "do"]] = field(default_factory=list)

    def pattern(self) -> re.Pattern[str]:
        """Return what finds the marks of Jinja parts."""
        return re.compile(self.marks.form.format("j([0-9]+)"))


def compiled(text: str, marks: Marks, *, mjml_source: bool) -> tuple[Text, Text]:
    """Return the HTML and the plain text of a source; ValidationFailed says at which line what is wrong."""
    tree = sandbox.check(text)
    paths = _paths(tree)
    for path, line in paths.items():
        _known(path, line, marks)
    if mjml_source:
        _only_mjml(text)
    source = _marked(text, marks)
    if mjml_source:
        source.marked = _framed(source)
    html = "".join(_placed(source))
    words = of_html(html)
    body, end, rest = html.rpartition("</body>")
    html = f"{body}{marks.opened()}{end}{rest}" if end else html + marks.opened()
    simple = all(
        kind == "show" and FIELD.fullmatch(part)
        for kind, part in zip(source.kinds, source.parts, strict=True)
    )
    if simple:
        return marks.text(html), marks.text(words, "plain")
    for path in sorted(paths):
        if path not in ADDRESSES:
            marks.paths.setdefault(path.lower(), path)
    return _rendered(html, marks, escape=True), _rendered(words, marks, escape=False)


def _marked(text: str, marks: Marks) -> Source:
    """Return a source with marks where Jinja stands."""
    source = Source(marks, "")
    out: list[str] = []
    held: list[str] | None = None
    end = ""
    for _line, token, value in sandbox.ENVIRONMENT.lexer.tokeniter(text, None):
        if token in ENDS:
            held, end = [value], ENDS[token]
        elif token.startswith("raw"):
            continue
        elif held is None:
            out.append(value)
        else:
            held.append(value)
            if token == end:
                if not end.startswith("comment"):
                    out.append(marks.form.format(f"j{len(source.parts)}"))
                    source.parts.append("".join(held))
                    source.kinds.append("show" if end == "variable_end" else "do")
                held = None
    source.marked = "".join(out)
    return source


def _framed(source: Source) -> str:
    """Return the HTML of a source in MJML; each Jinja part must come through."""
    if re.search(r"<mj-include", source.marked, re.IGNORECASE):
        raise refused(AT, _("Other files cannot be included."))
    try:
        html = mjml2html(source.marked)
    except Exception as error:  # noqa: BLE001 -- the parser's own error has no class of its own
        raise refused(AT, _("The MJML cannot be read: %(why)s") % {"why": _why(str(error), source)}) from None
    missing = next(
        (
            part
            for number, part in enumerate(source.parts)
            if source.marks.form.format(f"j{number}") not in html
        ),
        None,
    )
    if missing is not None:
        message = _("“%(part)s” is lost in MJML: put it inside mj-text, mj-button, mj-raw or an attribute.")
        raise refused(AT, message % {"part": missing[:60]})
    return INLINE.inline(html)


def _why(message: str, source: Source) -> str:
    """Return a parser's message with the author's own words in it."""
    return source.pattern().sub(lambda match: source.parts[int(match[1])], message)[:300]


def _placed(source: Source) -> Iterator[str]:
    """Yield the source with slots for its fields and links, tag by tag."""
    end, raw = 0, ""
    for token in TOKENS.finditer(source.marked):
        before = source.marked[end : token.start()]
        if raw:
            if not (token["close"] and token["close"][2 : 2 + len(raw)].lower() == raw):
                continue
            yield _nothing_in(before, source)
            raw = ""
        else:
            yield _shown(before, source, "text")
        end = token.end()
        if not token["open"]:
            yield _nothing_in(token[0], source, conditional=bool(token["comment"]))
            continue
        tag = token["tag"].lower()
        if tag == "script":
            raise refused(AT, _("Mail programs do not run scripts: take them out."))
        raw = tag if tag in RAW else ""
        yield f"<{_nothing_in(token['tag'], source)}{_attributes(tag, token['rest'], source)}>"
    rest = source.marked[end:]
    yield _nothing_in(rest, source) if raw else _shown(rest, source, "text")


def _nothing_in(text: str, source: Source, *, conditional: bool = False) -> str:
    """Return a text of a place where no value is safe; comments for Outlook may hold what is only words."""
    found = source.pattern().search(text)
    if not found:
        return text
    if conditional and text.startswith("<!--[if"):
        return _shown(text, source, "attribute")
    message = _(
        "“%(part)s” cannot stand here: no value is safe in scripts, styles, comments or names of tags."
    )
    raise refused(AT, message % {"part": source.parts[int(found[1])][:60]})


def _attributes(tag: str, rest: str, source: Source) -> str:
    out, end = [], 0
    for one in ATTRIBUTE.finditer(rest):
        out.append(_nothing_in(rest[end : one.start()], source))
        end = one.end()
        name = one["name"].lower()
        if SCRIPTED.fullmatch(name):
            raise refused(AT, _("Mail programs do not run scripts: take “%(name)s” out.") % {"name": name})
        value = one["double"] if one["double"] is not None else one["single"]
        if value is None or name == "style":
            out.append(_nothing_in(one[0], source))
            continue
        sign = '"' if one["double"] is not None else "'"
        out.append(
            f"{_nothing_in(one['name'] + one['is'], source)}{sign}{_value(tag, name, value, source)}{sign}"
        )
    out.append(_nothing_in(rest[end:], source))
    return "".join(out)


def _value(tag: str, name: str, value: str, source: Source) -> str:
    """Return an attribute's value: the way of a link is counted, other addresses only shown."""
    if name not in ADDRESS_ATTRIBUTES:
        return _shown(value, source, "attribute")
    author = source.pattern().sub(lambda match: source.parts[int(match[1])], read(value))
    if "".join(author.split()).lower().startswith(SCRIPTS):
        raise refused(AT, _("Mail programs do not run scripts: take “%(name)s” out.") % {"name": author[:60]})
    whole = source.pattern().fullmatch(value.strip())
    if source.pattern().match(value.strip()) and not whole:
        raise refused(AT, _("A merge field may be the whole address, or stand behind the name of the site."))
    typed = _shown(value, source, "address" if whole else "query")
    fields = all(FIELD.fullmatch(source.parts[int(one)]) for one in source.pattern().findall(value))
    if name == "href" and tag in ("a", "area") and fields and _leads_on(author.strip()):
        before, address, after = typed.partition(typed.strip())
        return f"{before}{source.marks.link(author, AT, written=source.marks.text(address))}{after}"
    return typed


def _leads_on(address: str) -> bool:
    """Tell whether the way to an address can lead through us: it is a web site's."""
    if COUNTED.match(address):
        return True
    return bool(address) and not SCHEME.match(address) and not address.startswith(("#", "/", "\\", "?"))


def read(value: str) -> str:
    """Return an attribute's value as browsers read it: “&region=” is no “®” there (HTML, 13.2.5.72)."""

    def put(match: re.Match[str]) -> str:
        name = match["name"]
        if name is None:
            return unescape(match[0])
        known = name in html5 and (name.endswith(";") or not match["next"])
        return html5[name] + match["next"] if known else match[0]

    return REFERENCE.sub(put, value)


def _shown(text: str, source: Source, place: Place) -> str:
    """Return a text with slots for plain fields, and for other parts what renders them in their place."""

    def put(match: re.Match[str]) -> str:
        part = source.parts[int(match[1])]
        if source.kinds[int(match[1])] == "do":
            if place in ("address", "query"):
                raise refused(AT, _("“%(part)s” cannot stand in an address.") % {"part": part[:60]})
            return source.marks.mark(Slot("source", part, place=place))
        if FIELD.fullmatch(part):
            return source.marks.fields(part, place, AT, html=True)
        return source.marks.mark(Slot("source", part, place=place))

    return source.pattern().sub(put, text)


def _rendered(marked: str, marks: Marks, *, escape: bool) -> Text:
    """Return one slot that renders the whole part: slots are written into the source as filters of the sandbox."""
    out = []
    for number, part in enumerate(marks.pattern.split(marked)):
        if number % 2 == 0:
            out.append(_quoted(part))
            continue
        slot = marks.slots[int(part)]
        if slot.kind == "source" and slot.value.startswith("{%"):
            out.append(slot.value)
        elif slot.kind == "source":
            inner = re.sub(r"^\{\{[-+]?|[-+]?\}\}$", "", slot.value)
            out.append(f"{{{{ ({inner})|placed('{slot.place if escape else 'plain'}', html=true) }}}}")
        else:
            out.append(f"{{{{ slot({int(part)}) }}}}")
    slots = tuple(one if escape else outside(one) for one in marks.slots)
    return (Slot("source", "".join(out), escape=escape, inner=slots),)


def _quoted(text: str) -> str:
    return re.sub(r"\{[{%#]", lambda match: f"{{{{ '{match[0]}' }}}}", text)


def _paths(tree: nodes.Node) -> dict[str, int]:
    """Return the dotted names that a source reads, each with its first line; those it sets itself are left out."""
    own = {one.name for one in tree.find_all(nodes.Name) if one.ctx in ("store", "param")} | {"range", "loop"}
    return {name: line for name, line in dotted_names(tree).items() if name.split(".")[0] not in own}


def _known(path: str, line: int, marks: Marks) -> None:
    """Refuse a name that stands for nothing, with the line it is in."""
    if path in ADDRESSES:
        return
    try:
        marks.known(path, "x", AT)
    except EssorError as error:
        raise refused(AT, sandbox.at_line(line, str(error))) from None


def _only_mjml(text: str) -> None:
    """Refuse elements that MJML does not have: its parser would leave them out without a word."""
    for found in MJ_TAG.finditer(text):
        if found[1].lower() not in ELEMENTS:
            message = _("MJML has no element <%(name)s>.") % {"name": found[1][:40]}
            if close := get_close_matches(found[1].lower(), ELEMENTS, 1):
                message = f"{message} {_did_you_mean(close[0])}"
            raise refused(AT, sandbox.at_line(text.count("\n", 0, found.start()) + 1, message))


def _did_you_mean(name: str) -> str:
    return _("Did you mean “%(name)s”?") % {"name": name}
