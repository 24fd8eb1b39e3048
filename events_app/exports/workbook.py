"""The parts of an XLSX file around its rows, as ISO/IEC 29500-1 (SpreadsheetML) has them: text in and out."""

from collections.abc import Sequence

from events_app.exports.cells import xml_text

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

CONTENT_TYPES = (
    f'{_DECLARATION}<Types xmlns="{_TYPES}">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_SHEET}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_SHEET}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_SHEET}.styles+xml"/>'
    "</Types>"
)

PACKAGE_RELATIONS = (
    f'{_DECLARATION}<Relationships xmlns="{_RELATIONS}">'
    f'<Relationship Id="rId1" Type="{_DOCUMENT}/officeDocument" Target="xl/workbook.xml"/>'
    "</Relationships>"
)

WORKBOOK_RELATIONS = (
    f'{_DECLARATION}<Relationships xmlns="{_RELATIONS}">'
    f'<Relationship Id="rId1" Type="{_DOCUMENT}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_DOCUMENT}/styles" Target="styles.xml"/>'
    "</Relationships>"
)

STYLES = (
    f'{_DECLARATION}<styleSheet xmlns="{_MAIN}">'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/>'
    "</cellXfs>"
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>"
)
"""Style 1 is text, so that a cell stays text when somebody edits it; style 2 is bold text."""

NORMAL, TEXT, BOLD = 0, 1, 2
"""The places of the styles above."""

_CELL = '<c r="{column}\x00" s="{style}" t="inlineStr"><is><t{space}>%s</t></is></c>'
_KEEP_SPACE = ' xml:space="preserve"'
_EMPTY = tuple(f' t="inlineStr"><is><t{space}></t></is></c>' for space in ("", _KEEP_SPACE))


def row_form(count: int, *, style: int = TEXT, keep_space: bool = False) -> str:
    """One row with `count` blanks (%s) for texts, and NUL wherever the row's number belongs."""
    space = _KEEP_SPACE if keep_space else ""
    cells = (_CELL.format(column=column_name(n), style=style, space=space) for n in range(count))
    return f'<row r="\x00">{"".join(cells)}</row>'


def without_empty_texts(rows: str) -> str:
    """Rows in which a cell without text is an empty cell, so that the spreadsheet counts it as blank."""
    for empty in _EMPTY:
        rows = rows.replace(empty, "/>")
    return rows


def sheet_start(widths: Sequence[int], *, right_to_left: bool) -> str:
    """Everything of the sheet before its first row: direction, frozen header, widths in characters."""
    direction = ' rightToLeft="1"' if right_to_left else ""
    columns = "".join(
        f'<col min="{n}" max="{n}" width="{width}" customWidth="1"/>' for n, width in enumerate(widths, 1)
    )
    return (
        f'{_DECLARATION}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView{direction} workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
        '<selection pane="bottomLeft" activeCell="A2" sqref="A2"/></sheetView></sheetViews>'
        f'<sheetFormatPr defaultRowHeight="15"/><cols>{columns}</cols><sheetData>'
    )


def sheet_end(columns: int, rows: int) -> str:
    """Everything of the sheet after its last row: the filter, no green corners at numbers kept as text."""
    area = f"A1:{column_name(columns - 1)}{rows}"
    return (
        f'</sheetData><autoFilter ref="{area}"/>'
        f'<ignoredErrors><ignoredError sqref="{area}" numberStoredAsText="1"/></ignoredErrors></worksheet>'
    )


def book(name: str, *, columns: int, rows: int) -> str:
    """The workbook with its one sheet, the filter's area, and the header repeated on every printed page."""
    title, place = xml_text(name), xml_text(name.replace("'", "''"))
    area = f"'{place}'!$A$1:${column_name(columns - 1)}${rows}"
    return (
        f'{_DECLARATION}<workbook xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}">'
        f"<bookViews><workbookView/></bookViews>"
        f'<sheets><sheet name="{title}" sheetId="1" r:id="rId1"/></sheets><definedNames>'
        f'<definedName name="_xlnm._FilterDatabase" localSheetId="0" hidden="1">{area}</definedName>'
        f'<definedName name="_xlnm.Print_Titles" localSheetId="0">\'{place}\'!$1:$1</definedName>'
        "</definedNames></workbook>"
    )


def column_name(number: int) -> str:
    """The letters of a column: 0 is A, 25 is Z, 26 is AA."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
