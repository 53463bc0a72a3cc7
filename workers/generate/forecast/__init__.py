"""Counts what a forecast of the training rests on, before anything is trained"""
