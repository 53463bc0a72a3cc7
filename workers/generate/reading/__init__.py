"""What sentences, blocks and phrases of a chunk are: the reading that rules and checks share"""
