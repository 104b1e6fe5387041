"""Reads the text of a job description or a CV: a PDF, a DOCX or plain text.

Whoever wrote the document may be anybody. So it is read in a process of its own
(`api.documents.process`), which limits itself before it looks at the first byte.
"""
