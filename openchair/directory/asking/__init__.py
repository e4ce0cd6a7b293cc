"""How a question is read, word by word. Start at ../understanding.py, which puts the parts in
order.

vocabulary.py and search_words/ hold the words; question.py, phrases.py, places.py, matching.py read
them; timing.py says when, saying.py says back what was understood.
"""
