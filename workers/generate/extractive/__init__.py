"""The backend without a language model: every response is built from verbatim text"""
