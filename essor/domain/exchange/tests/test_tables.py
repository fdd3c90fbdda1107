"""Tables as they come out of the offices of this world."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter

from essor.domain.exchange import scan, table
from essor.domain.exchange.tests.conftest import Write

FRENCH = (
    "Prénom;Société;Remarque",
    "Zoé;Café de l’Œuvre;« déjà vu » à 12 €",
    "Noël;Aïn & Fils;très bien, hélas",
)


def cells(path: Path) -> list[tuple[str, ...]]:
    shape = table.inspect(path)
    with table.rows(path, encoding=shape.encoding, separator=shape.separator, skip=1) as rows:
        return [shape.headers, *rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "mac_roman"])
def test_every_usual_encoding_reads_the_same(write: Write, encoding: str) -> None:
    found = cells(write(*FRENCH, encoding=encoding))
    assert found == [tuple(line.split(";")) for line in FRENCH]


def test_the_letters_of_dos_are_told_from_those_of_windows(write: Write) -> None:
    lines = ("nom;ville", "Hélène;Besançon", "Gérard;Orléans", "Éloïse;Nîmes")
    assert table.inspect(write(*lines, encoding="cp850")).encoding == "cp850"
    assert table.inspect(write(*lines, encoding="cp1252")).encoding == "cp1252"


def test_one_broken_byte_spoils_neither_the_encoding_nor_the_other_rows(write: Write) -> None:
    path = write("nom;ville", "Zoé;Orléans", "Léa;Nîmes")
    path.write_bytes(path.read_bytes() + b"\nAd\xe8le;Lyon")
    shape = table.inspect(path)
    assert shape.encoding == "utf-8"
    assert shape.sample[2] == ("Ad\ufffdle", "Lyon")


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_every_usual_separator_is_found(write: Write, separator: str) -> None:
    lines = [
        separator.join(line)
        for line in (("name", "price", "note"), ("a", "1.5", "x"), ("b", "2.5", '"y, z; |"'))
    ]
    shape = table.inspect(write(*lines))
    assert (shape.separator, len(shape.headers)) == (separator, 3)


def test_decimal_commas_do_not_make_columns(write: Write) -> None:
    assert table.inspect(write("nom;prix", "a;1,5", "b;2,5", "c;3,5")).separator == ";"


def test_one_column_is_a_table_too(write: Write) -> None:
    assert table.inspect(write("name", "Acme", "Globex")).headers == ("name",)


def test_excel_may_tell_its_separator_in_the_first_line(write: Write) -> None:
    shape = table.inspect(write("sep=;", "a;b", "1;2"))
    assert (shape.headers, shape.separator, shape.sample) == (("a", "b"), ";", (("1", "2"),))


def test_newlines_in_quotes_belong_to_the_cell_whatever_ends_the_lines(write: Write) -> None:
    path = write("a,b", '"one', 'two",3', end="\r\n")
    assert cells(path) == [("a", "b"), ("one\r\ntwo", "3")]


def test_empty_lines_above_the_headers_do_not_count_and_headers_are_made_distinct(write: Write) -> None:
    assert cells(write("", ";;", "a;;a", "1;2;3")) == [("a", "#2", "a (3)"), ("1", "2", "3")]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "not a text"),
        (b"PK\x03\x04nope", "cannot be opened"),
        (b'a,b\n"' + b"x" * 1_100_000, "cannot be read"),
    ],
)
def test_what_is_no_table_is_refused_in_words(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    with pytest.raises(table.BadTable, match=words):
        list(cells(path))


def test_an_unknown_encoding_is_refused_in_words(write: Write) -> None:
    with pytest.raises(table.BadTable, match="no encoding"):
        table.inspect(write("a,b"), encoding="latin-99")


def test_a_spreadsheet_reads_like_its_csv(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("Empty")
        sheet = book.add_worksheet("People")
        day, moment = (
            book.add_format({"num_format": "dd/mm/yyyy"}),
            book.add_format({"num_format": "dd/mm/yyyy hh:mm"}),
        )
        sheet.write_row(0, 0, ["Name", "Born", "Seen", "Size", "Whole", "Yes"])
        sheet.write_string(1, 0, "Zoé")
        sheet.write_datetime(1, 1, date(1980, 2, 29), day)
        sheet.write_datetime(1, 2, datetime(2026, 1, 2, 3, 4), moment)  # noqa: DTZ001 -- spreadsheets know no zones
        sheet.write_number(1, 3, 1.25)
        sheet.write_number(1, 4, 12.0)
        sheet.write_boolean(1, 5, True)
    shape = table.inspect(path, sheet="People")
    assert shape.sheets == ("Empty", "People")
    assert shape.sample == (("Zoé", "1980-02-29", "2026-01-02T03:04:00", "1.25", "12", "true"),)


def test_a_look_at_a_file_tells_what_its_columns_could_be(write: Write) -> None:
    lines = (
        "n,price,day,mail,flag,code,text",
        *(f"{i},{i}.50,2026-01-{i:02},a{i}@x.fr,yes,0{i},abc" for i in range(1, 9)),
    )
    path = write(*lines)
    found = scan.columns(path, table.inspect(path), language="en")
    kinds = {header: column.kinds[:1] for header, column in found.items()}
    assert kinds == {
        "n": ["number"],
        "price": ["number"],
        "day": ["date"],
        "mail": ["email"],
        "flag": [],
        "code": [],
        "text": [],
    }
    assert (found["n"].decimals, found["price"].decimals, found["flag"].is_truth) == (0, 1, True)


def test_a_spreadsheet_that_asks_for_all_memory_is_refused_and_we_live(tmp_path: Path) -> None:
    """Two cells far apart: a file of some kilobytes that ended the whole server."""
    path = tmp_path / "bomb.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "Name")
        sheet.write(20_000, 16_383, 1)
    with pytest.raises(table.BadTable, match="too much memory"):
        table.inspect(path)
