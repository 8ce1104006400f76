"""Sheets of Excel and OpenDocument workbooks: rows from them, and failed rows as one of them.

The readers are our own, on the standard library: measured on 100,000 rows of 8 columns, `openpyxl`
takes four times as long and tells nothing of hidden rows, merged cells and formulas without a value
where it streams; `odfpy` needs 2.4 GB; `python-calamine` drops number formats, so that the postcode
00123 is 123.
"""
