"""What a page says of its article beside the text: headline, authors, dates, language, section, tags."""
