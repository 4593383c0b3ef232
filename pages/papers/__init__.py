"""Papers: what is handed on in writing, put into words once and drawn as a page, a PDF, a Word file or a workbook.

`analyses` and `bulletins` put facts into a Paper in one language; `pdf`, `word` and `sheets` draw any Paper. The same
facts give the same paper and the same file, byte by byte: nothing here reads a clock. No streamlit.
"""
