"""The Lambda side of pytracking: what the functions of the template are made of.

Nothing here is needed to mint or decode links; the library never imports it.
"""
