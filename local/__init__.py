"""What runs on a developer's or operator's machine rather than on Lambda.

`python -m local` (that is, `make run`) serves the functions of template.yaml on 127.0.0.1.
"""
