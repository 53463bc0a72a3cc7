"""Blocks made fit to learn from: furniture, navigation, personal data and damage out."""
