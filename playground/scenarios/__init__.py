"""Acts: what people do on the page, a file a story, with a picture of each step for the documents."""
