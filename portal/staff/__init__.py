"""What the pages of people who work somewhere share: who may open them, for whom they act, how they are refused."""
