"""What an import does with the rows of a file."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import xlsxwriter
from django.utils import translation

from essor.access.actions import set_field_rights, set_object_rights
from essor.access.actor import Actor
from essor.access.models import PermissionSet
from essor.access.rights import FieldAccess, Right
from essor.access.view import catalog_for
from essor.catalog import current
from essor.catalog.actions.add_field import add_field
from essor.catalog.actions.spec import FieldSpec
from essor.domain.exchange import engine, export, fields, mapping, rejects, scan, start, table, values
from essor.domain.exchange.models import Import, Mode, Twins
from essor.domain.exchange.position import AlreadyRunning
from essor.domain.exchange.tests.conftest import Load, Write, counts, person, ready, reasons
from essor.domain.sales.models import Account, Contact, Lead, Opportunity
from essor.kernel.errors import Forbidden, ValidationFailed
from essor.records.change import Change
from essor.records.models import History
from essor.records.save import save

PEOPLE = ("Prénom;Nom;Courriel;Société", "Zoé;Roux;zoe@x.fr;Acme", "Léo;Brun;leo@x.fr;Globex")


def propose(actor: Actor, object_name: str, *headers: str) -> dict[str, str]:
    catalog = catalog_for(actor)
    return mapping.propose(headers, catalog.object(object_name), catalog)


def test_headers_in_french_and_english_find_their_fields(admin: Actor) -> None:
    assert propose(admin, "Contact", "Prénom", "NOM", "Courriel", "Société", "Tél.", "code postal") == {
        "Prénom": "FirstName", "NOM": "LastName", "Courriel": "Email", "Société": "Account.Name", "Tél.": "Phone",
        "code postal": "MailingPostalCode",
    }  # fmt: skip
    assert propose(admin, "Account", "account", "sector", "revenue", "employees", "subsidiary_of") == {
        "account": "Name", "sector": "Industry", "revenue": "AnnualRevenue", "employees": "NumberOfEmployees",
        "subsidiary_of": "Parent.Name",
    }  # fmt: skip
    assert propose(admin, "Opportunity", "account", "deal_stage", "close_date", "close_value") == {
        "account": "Account.Name", "deal_stage": "StageName", "close_date": "CloseDate", "close_value": "Amount",
    }  # fmt: skip


def test_what_people_chose_is_proposed_next_time_and_dry_runs_teach_nothing(
    admin: Actor, write: Write, load: Load
) -> None:
    path = write("Machin;Nom", "CTO;Roux")
    load("Contact", path, map={"Machin": "Title"}, dry_run=True)
    assert "Machin" not in propose(admin, "Contact", "Machin")
    load("Contact", path, map={"Machin": "Title"})
    assert propose(admin, "Contact", "machin", "Nom") == {"machin": "Title", "Nom": "LastName"}


def test_a_dry_run_writes_nothing_and_foretells_the_real_run(write: Write, load: Load) -> None:
    lines = [f"P{i};N{i};p{i % 900}@x.fr;Firm {i % 7}" for i in range(1100)]
    path = write(PEOPLE[0], *lines, "Ann;;ann@x.fr;Acme", "Bo;Li;nonsense;Acme")
    options = {"match": "Email", "make_parents": True}
    trial = load("Contact", path, dry_run=True, **options)
    assert (Contact.objects.count(), Account.objects.count(), History.objects.count()) == (0, 0, 0)
    real = load("Contact", path, **options)
    assert counts(trial) == counts(real) == (900, 200, 0, 2)
    assert trial.parents == real.parents == 8
    assert reasons(trial) == reasons(real)


def test_rows_update_the_record_with_their_e_mail_and_create_the_others(write: Write, load: Load) -> None:
    load("Contact", write(*PEOPLE), make_parents=True)
    path = write("Courriel;Nom;Fonction", "ZOE@X.FR;Roux;CEO", "new@x.fr;Neuf;CFO", "leo@x.fr;Brun;")
    assert counts(load("Contact", path, match="Email")) == (1, 1, 1, 0)
    assert Contact.objects.get(email="zoe@x.fr").title == "CEO"
    assert counts(load("Contact", write("Courriel;Nom", "no@x.fr;X"), match="Email", mode=Mode.UPDATE)) == (
        0,
        0,
        0,
        1,
    )


def test_a_key_that_comes_twice_in_a_file_meets_its_first_row(write: Write, load: Load) -> None:
    path = write("Courriel;Nom;Fonction", "a@x.fr;A;one", "A@x.fr;A;two", "a@x.fr;A;three")
    assert counts(load("Contact", path, match="Email")) == (1, 2, 0, 0)
    assert Contact.objects.get().title == "three"


def test_a_key_that_two_records_share_is_refused(write: Write, load: Load) -> None:
    load("Contact", write("Courriel;Nom", "a@x.fr;A", "a@x.fr;B"))
    work = load("Contact", write("Courriel;Nom", "a@x.fr;C"), match="Email")
    assert reasons(work) == [{"Courriel": "2 records have this value; the match must be unique."}]


@pytest.mark.usefixtures("run_time_catalog")
def test_records_are_found_by_an_external_id(admin: Actor, write: Write, load: Load) -> None:
    add_field(
        admin.user_id,
        FieldSpec(object="Account", name="Code", kind="text", label="Code", external_id=True, unique=True),
    )
    assert counts(load("Account", write("code,name", "A1,Acme", "B2,Globex"), match="Code__c")) == (
        2,
        0,
        0,
        0,
    )
    assert counts(load("Account", write("code,name", "a1,Acme SA", "C3,Initech"), match="Code__c")) == (
        1,
        1,
        0,
        0,
    )
    work = load("Contact", write("Nom,firm", "Roux,A1", "Brun,ZZ"), map={"firm": "Account.Code__c"})
    assert counts(work) == (1, 0, 0, 1)
    assert Contact.objects.get().account.name == "Acme SA"
    trial = load("Account", write("code,name", "D4,One", "D4,Two"), dry_run=True)
    assert counts(trial) == (1, 0, 0, 1)


def test_empty_cells_leave_what_is_there_unless_they_shall_erase(write: Write, load: Load) -> None:
    load("Contact", write("Courriel;Nom;Fonction", "a@x.fr;A;CEO"))
    assert counts(load("Contact", write("Courriel;Nom;Fonction", "a@x.fr;A;"), match="Email")) == (0, 0, 1, 0)
    load("Contact", write("Courriel;Nom;Fonction", "a@x.fr;A;"), match="Email", clear_empty=True)
    assert Contact.objects.get().title is None


def test_parents_are_found_by_name_or_e_mail_and_made_only_when_asked(
    admin: Actor, write: Write, load: Load
) -> None:
    path = write(*PEOPLE)
    assert reasons(load("Contact", path))[0] == {"Société": "There is no Account “Acme”."}
    work = load("Contact", path, make_parents=True)
    assert (counts(work), work.parents) == ((2, 0, 0, 0), 2)
    load(
        "Account", write("name,owner", f"Owned,{admin.email}", name="owned.csv"), map={"owner": "Owner.Email"}
    )
    assert Account.objects.get(name="Owned").owner_id == admin.user_id
    load("Account", write("name", "acme", name="other.csv"), duplicates=Twins.SAVE)
    assert reasons(load("Contact", path))[0] == {"Société": "2 Accounts are called “Acme”."}


def test_parents_may_stand_anywhere_in_their_own_file(write: Write, load: Load) -> None:
    lines = (
        "account,subsidiary_of",
        "Leaf,Twig",
        *(f"Firm {i}," for i in range(600)),
        "Twig,Root",
        "Root,",
        "Lost,Nobody",
    )
    trial = load("Account", write(*lines), dry_run=True)
    work = load("Account", write(*lines))
    assert counts(trial) == counts(work) == (603, 0, 0, 1)
    assert Account.objects.get(name="Leaf").parent.parent.name == "Root"
    assert reasons(work) == [{"subsidiary_of": "There is no Account “Nobody”."}]
    work = load("Account", write("account,subsidiary_of", "Lost,Nobody"), make_parents=True)
    assert (counts(work), work.parents) == ((1, 0, 0, 0), 1)


def test_refused_rows_can_be_mended_and_imported_again(write: Write, load: Load, tmp_path: Path) -> None:
    path = write(
        "Courriel;Nom;Fonction", "bad;Roux;CEO", "ok@x.fr;Brun;CFO", ";;", "x@x.fr;;", "a@x.fr;A;B;slipped"
    )
    work = load("Contact", path)
    assert counts(work) == (1, 0, 0, 3)
    file = io.StringIO()
    assert rejects.write(work, file) == 3
    lines = file.getvalue().splitlines()
    assert lines[0] == "Courriel;Nom;Fonction;_errors"
    assert "Courriel: “bad” is not an e-mail address." in lines[1]
    assert "Nom: “Last name” is required" in lines[2]
    assert lines[3].endswith(";slipped")
    again = tmp_path / "again.csv"
    again.write_text(
        file.getvalue()
        .replace("bad;", "good@x.fr;")
        .replace("x@x.fr;;", "x@x.fr;Noir;")
        .replace(";slipped", ""),
        encoding="utf-8-sig",
    )
    assert counts(load("Contact", again)) == (3, 0, 0, 0)


def test_refused_rows_run_nothing_in_a_spreadsheet(write: Write, load: Load, tmp_path: Path) -> None:
    work = load("Contact", write("Courriel;Nom;Fonction", "bad;=HYPERLINK(1);\t=cmd"))
    rejects.write(work, file := io.StringIO())
    assert file.getvalue().splitlines()[1].startswith("bad;'=HYPERLINK(1);'\t=cmd;")
    again = tmp_path / "again.csv"
    again.write_text(file.getvalue().replace("bad;", "good@x.fr;"), encoding="utf-8-sig")
    load("Contact", again)
    assert Contact.objects.get().last_name == "=HYPERLINK(1)"


def test_a_row_tells_all_that_is_wrong_with_it_at_once(write: Write, load: Load) -> None:
    work = load("Contact", write("Nom;Courriel;Société", ";bad;Nowhere"))
    assert set(reasons(work)[0]) == {"Nom", "Courriel", "Société"}
    assert not Contact.objects.exists()


def test_bytes_of_another_encoding_are_refused_with_their_row(write: Write, load: Load) -> None:
    path = write("Nom;Courriel", "Zoé;z@x.fr", "Léa;l@x.fr")
    path.write_bytes(path.read_bytes() + b"\nAd\xe8le;a@x.fr")
    work = load("Contact", path)
    assert counts(work) == (2, 0, 0, 1)
    assert "encoding" in reasons(work)[0]["Nom"]


def test_words_of_a_file_become_values_of_a_list(admin: Actor, write: Write, load: Load) -> None:
    lines = (
        "Nom;account;deal_stage;close_date;close_value",
        "A;;Won;2017-03-01;1054.5",
        "B;;Engaging;;",
        "C;;perdu;2017-03-01;0",
    )
    path = write(*lines)
    catalog = catalog_for(admin)
    opportunity = catalog.object("Opportunity")
    columns = scan.columns(path, table.inspect(path), language="en")
    unknown = values.must_be_told(opportunity, columns, {"deal_stage": "StageName"})["deal_stage"]
    proposed = {word.text: word.proposed for word in unknown}
    assert proposed == {"Won": "Closed Won", "Engaging": "Qualification", "perdu": "Closed Lost"}
    work = load("Opportunity", path, words={"deal_stage": proposed}, constants={"CloseDate": "2018-01-01"})
    assert counts(work) == (3, 0, 0, 0)
    found = {deal.name: (deal.stage_name, deal.is_won, deal.amount) for deal in Opportunity.objects.all()}
    assert found["A"] == ("Closed Won", True, 105450)
    assert Opportunity.objects.get(name="B").close_date.isoformat() == "2018-01-01"
    with pytest.raises(ValidationFailed):
        load("Opportunity", path, words={"deal_stage": {"Won": "Nothing"}})


@pytest.mark.usefixtures("run_time_catalog")
def test_words_may_be_added_to_the_list_and_keep_what_the_others_know(
    admin: Actor, write: Write, load: Load
) -> None:
    opportunity = current.get().object("Opportunity")
    values.add(admin, opportunity, opportunity.field("StageName"), ["Engaging"])
    stages = current.get().object("Opportunity").field("StageName")
    assert stages.choice("Engaging")
    assert stages.choice("Closed Won").facts["won"] is True
    work = load("Opportunity", write("Nom,stage,close_date", "A,Engaging,2017-01-01"))
    assert counts(work) == (1, 0, 0, 0)
    with pytest.raises(Forbidden):
        values.add(person("Rep", "Sales"), opportunity, stages, ["Other stage"])


@pytest.mark.usefixtures("run_time_catalog")
def test_fields_are_made_for_columns_that_none_fits(admin: Actor, write: Write, load: Load) -> None:
    rows = [
        f"L{i},{i},0{i},{i}.25,2026-01-{i % 28 + 1:02},{'Yes' if i % 2 else 'No'},{'Red' if i % 3 else 'Blue'},note {i}"
        for i in range(60)
    ]
    path = write("Nom,Total Visits,Code,Price,Day,Told?,Colour,Free text,Void", *rows)
    shape = table.inspect(path)
    columns = scan.columns(path, shape, language="en")
    made = fields.make_missing(admin, current.get().object("Lead"), columns, {"Nom": "LastName"})
    lead = current.get().object("Lead")
    assert {header: lead.field(name).kind.name for header, name in made.items() if header != "Nom"} == {
        "Total Visits": "number", "Code": "text", "Price": "number", "Day": "date", "Told?": "checkbox",
        "Colour": "picklist", "Free text": "text",
    }  # fmt: skip
    assert made["Total Visits"] == "TotalVisits__c"
    work = load("Lead", path, map=made, constants={"Company": "Acme"})
    assert counts(work) == (60, 0, 0, 0)
    assert Lead.objects.get(last_name="L7").x_price == 7.25
    with pytest.raises(Forbidden):
        fields.make(person("Rep", "Sales"), lead, columns["Void"], "text")


def test_dates_are_read_in_the_language_of_the_file(write: Write, load: Load) -> None:
    lines = ("Nom,close_date,stage,amount", 'A,03/04/2026,Prospecting,"1 234,50"')
    load("Opportunity", write(*lines), language="fr")
    deal = Opportunity.objects.get()
    assert (deal.close_date.isoformat(), deal.amount) == ("2026-04-03", 123450)


def test_a_spreadsheet_is_imported_like_a_csv(write: Write, load: Load, tmp_path: Path) -> None:
    path = tmp_path / "deals.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Nom", "stage", "close_date", "amount"])
        sheet.write_row(1, 0, ["A", "Prospecting", "2026-04-03", 12.5])
    assert counts(load("Opportunity", path)) == (1, 0, 0, 0)
    assert Opportunity.objects.get().amount == 1250


def test_a_whole_import_is_taken_back_but_not_what_people_did_since(
    admin: Actor, write: Write, load: Load
) -> None:
    load("Contact", write("Courriel;Nom;Fonction", "old@x.fr;Old;before"))
    lines = (f"p{i}@x.fr;N{i};t;Acme" for i in range(700))
    work = load(
        "Contact",
        write("Courriel;Nom;Fonction;Société", "old@x.fr;Old;after;Acme", *lines),
        match="Email",
        make_parents=True,
    )
    touched = Contact.objects.get(email="p3@x.fr")
    save(admin, Change("Contact", {"Title": "mine"}, id=touched.pk))
    undone = start.take_back(admin, work.pk)
    assert (undone.deleted, undone.kept) == (699, 2)
    live = Contact.objects.filter(is_deleted=False)
    assert set(live.values_list("email", "title")) == {("old@x.fr", "before"), ("p3@x.fr", "mine")}
    assert Contact.objects.get(pk=touched.pk).account == Account.objects.get(is_deleted=False)
    with pytest.raises(ValidationFailed):
        start.take_back(admin, work.pk)


def test_two_processes_never_write_the_same_rows(admin: Actor, write: Write) -> None:
    path = write("Nom", *(f"N{i}" for i in range(1200)))
    work = ready(admin, "Contact", path)
    stalled = Import.objects.get(pk=work.pk)
    engine.run(admin, work)
    with pytest.raises(AlreadyRunning):
        engine.run(admin, stalled)
    assert Contact.objects.count() == 1200


def test_a_file_that_changed_meanwhile_is_not_gone_on_with(admin: Actor, write: Write) -> None:
    work = ready(admin, "Contact", write("Nom", "A"))
    write("Nom", "B", "C")
    with pytest.raises(table.BadTable, match="has changed"):
        engine.run(admin, work)


def test_hidden_fields_are_no_targets_and_are_not_named(admin: Actor, write: Write) -> None:
    rep = person("Rep", "Sales")
    profile = PermissionSet.objects.get(profile__name="Sales")
    set_object_rights(admin, profile, "Contact", Right(511))
    set_field_rights(admin, profile, "Contact", "Title", FieldAccess.HIDDEN)
    rep = person("Second", "Sales")
    catalog = catalog_for(rep)
    assert "Title" not in dict(mapping.targets(catalog, catalog.object("Contact")))
    assert propose(rep, "Contact", "Title", "Fonction") == {}
    path = write("Nom;Fonction", "A;CEO")
    said = []
    for target in ("Title", "NoSuchField"):
        with pytest.raises(ValidationFailed) as error:
            ready(rep, "Contact", path, map={"Fonction": target})
        said.append(str(error.value).replace(target, "X"))
    assert said[0] == said[1]


def test_who_may_not_import_does_not(admin: Actor, write: Write) -> None:
    profile = PermissionSet.objects.get(profile__name="Sales")
    set_object_rights(admin, profile, "Contact", Right.READ | Right.CREATE | Right.EDIT)
    rep = person("Rep", "Sales")
    with pytest.raises(Forbidden):
        ready(rep, "Contact", write("Nom", "A"))
    assert "Contact" not in [obj.name for obj in start.importable(rep)]
    assert "Contact" in [obj.name for obj in start.importable(admin)]


def test_mistakes_of_the_settings_are_told_all_at_once(admin: Actor, write: Write) -> None:
    with pytest.raises(ValidationFailed) as error:
        ready(
            admin,
            "Contact",
            write("a;b;Nom", "1;2;3"),
            map={"a": "Email", "b": "Email", "zz": "Title"},
            match="Phone",
            constants={"Birthdate": "soon"},
        )
    assert {one.field for one in error.value.errors} == {"b", "zz", "Birthdate", "match"}


def test_what_is_exported_can_be_imported_again(
    admin: Actor, write: Write, load: Load, tmp_path: Path
) -> None:
    load("Contact", write("Nom;Courriel;Fonction", "=SUM(A1);a@x.fr;+33", "Brun;b@x.fr;CFO"))
    path = tmp_path / "out.csv"
    with translation.override("fr"):
        query = export.query_for(catalog_for(admin).object("Contact"), ["Id", "LastName", "Email", "Title"])
        assert list(export.write(admin, query, path, "csv")) == [1, 2]
    assert "'=SUM(A1)" in path.read_text(encoding="utf-8-sig")
    work = load("Contact", path, match="Id", mode=Mode.UPDATE)
    assert counts(work) == (0, 0, 2, 0)


@pytest.mark.parametrize(
    ("choice", "expected", "phones"),
    [
        (Twins.SKIP, (1, 0, 0, 1), [None, None]),
        (Twins.SAVE, (2, 0, 0, 0), [None, "01 23 45 67 89", None]),
        (Twins.UPDATE, (1, 1, 0, 0), ["01 23 45 67 89", None]),
    ],
)
def test_rows_that_seem_to_be_there_are_counted_and_treated_as_chosen(
    write: Write, load: Load, choice: Twins, expected: tuple[int, ...], phones: list[str | None]
) -> None:
    load("Account", write("Name", "Dupont Menuiserie SARL"))
    path = write("Name,Phone", "DUPONT MENUISERIE,01 23 45 67 89", "Zeller AG,", name="again.csv")
    work = load("Account", path, duplicates=choice)
    assert counts(work) == expected
    assert work.repeated == (choice != Twins.SAVE)
    assert list(Account.objects.order_by("pk").values_list("phone", flat=True)) == phones
