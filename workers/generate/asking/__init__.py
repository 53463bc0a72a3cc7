"""The backend that asks a language model, task by task"""
