"""The rooms of this app; its first tables come with themes and plans."""
