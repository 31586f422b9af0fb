"""Every column that can hold text is declared, so that no erasure misses one."""

from sqlalchemy import JSON, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

from storage.db.tables import metadata
from storage.erasure.columns import COLUMNS, DELETED_BY, PERSON, TEXT, in_workspace, tables_with


def holds_text(column_type: TypeEngine[object]) -> bool:
    """Return whether a column of this type can hold text."""
    stored = column_type.impl_instance if isinstance(column_type, TypeDecorator) else column_type
    return isinstance(stored, Text | JSON)


def test_every_text_column_says_what_it_holds_of_a_person() -> None:
    undeclared = {
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if holds_text(column.type) and column.name not in COLUMNS.get(table.name, {})
    }
    assert not undeclared, f"Declare these in storage/erasure/columns.py: {undeclared}"


def test_no_declaration_is_left_of_a_removed_column() -> None:
    existing = {f"{table.name}.{column.name}" for table in metadata.sorted_tables for column in table.columns}
    declared = {f"{table}.{column}" for table, columns in COLUMNS.items() for column in columns}
    assert declared <= existing


def test_columns_named_after_people_are_declared_as_such() -> None:
    names = ("person", "lead", "requested_by", "locked_by", "resolved_by", "decided_by", "installed_by", "owner")
    for table, columns in COLUMNS.items():
        for name, content in columns.items():
            if name in names and (table, name) != ("leases", "owner"):
                assert content is PERSON, f"{table}.{name}"


def test_rows_of_one_workspace_are_found_in_every_table_with_people() -> None:
    for content in (PERSON, TEXT):
        for table, _ in tables_with(content):
            assert "T1" in str(in_workspace(table, "T1").compile(compile_kwargs={"literal_binds": True}))


def test_deleted_rows_name_the_person_in_a_declared_column() -> None:
    assert all(COLUMNS[table][column] is PERSON for table, column in DELETED_BY.items())
