"""Assessments by a model: it is asked for levels and quotations, and what it gives is checked.

A model's reply is a claim. Only quotations that an answer holds word for word are kept, with their
exact places; only levels of the rubric that rest on one; and nothing that answers order.
"""
