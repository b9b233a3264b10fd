"""One page, one question: read widgets, ask the workflow, draw the views."""
