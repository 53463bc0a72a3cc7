"""The dataset leaves in the formats that other tools of fine-tuning take, with its data card"""
