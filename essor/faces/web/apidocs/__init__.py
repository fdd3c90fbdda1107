"""The API's documentation, drawn in the browser from the description that the API gives of itself."""
