"""What tables look like, told the same way on both engines."""

from dataclasses import dataclass

from tests.databases import ENGINE, run_sql

Columns = tuple[str, ...]


@dataclass(frozen=True)
class Shape:
    """One table. Partial indexes and CHECKs are left out: models cannot say them."""

    columns: dict[str, tuple[str, str]]  # name -> type, "NULL" or "NOT NULL"
    key: Columns
    unique: frozenset[Columns]
    indexes: frozenset[Columns]
    references: frozenset[tuple[str, str, str]]  # column, table, what happens on delete


async def shape_of(url: str, table: str) -> Shape:
    return await (_shape_on_sqlite if ENGINE == "sqlite" else _shape_on_postgresql)(url, table)


async def _shape_on_sqlite(url: str, table: str) -> Shape:
    columns = await run_sql(url, f'SELECT name, type, "notnull", pk FROM pragma_table_info("{table}")')
    indexes = await run_sql(
        url, f'SELECT name, "unique", origin FROM pragma_index_list("{table}") WHERE NOT partial'
    )
    found: dict[bool, set[Columns]] = {True: set(), False: set()}
    for name, unique, origin in indexes:
        parts = await run_sql(url, f'SELECT name FROM pragma_index_info("{name}") ORDER BY seqno')
        if origin != "pk":
            found[bool(unique)].add(tuple(str(part) for (part,) in parts))
    references = await run_sql(
        url, f'SELECT "from", "table", on_delete FROM pragma_foreign_key_list("{table}")'
    )
    return Shape(
        {
            str(name): (_plain(type_), "NOT NULL" if strict or key else "NULL")
            for name, type_, strict, key in columns
        },
        tuple(str(name) for name, _, _, key in columns if key),
        frozenset(found[True]),
        frozenset(found[False]),
        frozenset((str(column), str(other), str(act)) for column, other, act in references),
    )


_COLUMNS = """
SELECT attname, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute
WHERE attrelid = '"{table}"'::regclass AND attnum > 0 AND NOT attisdropped
"""
_INDEXES = """
SELECT indisunique, indisprimary, (
    SELECT array_agg(attname::text ORDER BY place)
    FROM unnest(indkey::int[]) WITH ORDINALITY AS key (number, place)
    JOIN pg_attribute ON attrelid = indrelid AND attnum = number
) FROM pg_index WHERE indrelid = '"{table}"'::regclass AND indpred IS NULL
"""
_REFERENCES = """
SELECT attname::text, confrelid::regclass::text, confdeltype::text FROM pg_constraint
JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
WHERE contype = 'f' AND conrelid = '"{table}"'::regclass
"""
_ACTS = {"a": "NO ACTION", "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}


async def _shape_on_postgresql(url: str, table: str) -> Shape:
    columns = await run_sql(url, _COLUMNS.format(table=table))
    indexes = [
        (bool(unique), bool(key), tuple(str(name) for name in names))
        for unique, key, names in await run_sql(url, _INDEXES.format(table=table))
        if isinstance(names, list)
    ]
    references = await run_sql(url, _REFERENCES.format(table=table))
    return Shape(
        {str(name): (_plain(type_), "NOT NULL" if strict else "NULL") for name, type_, strict in columns},
        next((names for _, key, names in indexes if key), ()),
        frozenset(names for unique, key, names in indexes if unique and not key),
        frozenset(names for unique, _, names in indexes if not unique),
        frozenset((str(column), str(other).strip('"'), _ACTS[str(act)]) for column, other, act in references),
    )


def _plain(type_: object) -> str:
    return str(type_).upper()
