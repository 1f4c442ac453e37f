"""What a patient puts to an organisation, and how it answers: "I don't recognise this access", "this entry is wrong".

One model with kinds, because both are the same walk: somebody asks, a privacy officer answers in writing and in time,
each step stands in the person's chain. The review of an emergency belongs to its session (`consent`), and only shares
the words in which it ends.
"""
