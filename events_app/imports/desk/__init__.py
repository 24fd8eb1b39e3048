"""The desk's pages for bringing a list in: upload, columns, a trial, the import, taking it back."""
