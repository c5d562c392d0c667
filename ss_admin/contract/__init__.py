"""What client and backend say to each other: models, problem codes and the API-key format."""
