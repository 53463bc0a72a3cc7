"""Which language a text is in, offline; shared by the pools"""
