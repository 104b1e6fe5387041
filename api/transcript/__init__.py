"""One interview to read, print and keep, in each format.

`document` says what it holds, made from the log's records; as JSON it goes out as it is.
`layout` puts it into words for a person, once for both formats that `markdown` and `html`
write. What others wrote is never markup: only those two modules write markup, around it.
"""
