"""From events to numbers: the questions of reports/, asked of files or of a stack."""
