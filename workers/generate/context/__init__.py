"""What a chunk holds: concepts, entities, definitions, relations, quantities; found offline, without a GPU"""
