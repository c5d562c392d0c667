"""How the app looks: tokens of colour, spacing and type, and the style sheet made of them."""
