"""The gateway of `make run`: serves the functions of template.yaml on 127.0.0.1, with a page."""
