"""What the functions of the template import: a request, its answer, and what becomes of the hit."""
